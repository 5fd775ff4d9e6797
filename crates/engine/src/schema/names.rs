//! Who and what is called how, for a part of a table.

use std::collections::{BTreeSet, HashMap};

use formwork_model::{
    FormKey, Locale, Value,
    schema::{ConversionSide, Meaning, Names},
};
use formwork_query::called;
use formwork_store::Connection;
use jiff::tz::TimeZone;

use crate::{EngineResult, catalog::Catalog, directory::Directory};

/// The names that the values of some rows need.
pub(super) struct RowNames<'a> {
    directory: &'a Directory,
    zone: &'a TimeZone,
    locale: Locale,
    /// By form: title by id.
    titles: HashMap<FormKey, HashMap<String, String>>,
}

impl<'a> RowNames<'a> {
    pub(super) fn new(catalog: &'a Catalog, locale: &Locale) -> Self {
        Self {
            directory: &catalog.directory,
            zone: catalog.settings.zone(),
            locale: locale.clone(),
            titles: HashMap::new(),
        }
    }

    /// The same names for a reader of another language.
    pub(super) fn in_locale(&self, locale: Locale) -> RowNames<'a> {
        RowNames { titles: self.titles.clone(), locale, ..*self }
    }

    /// Reads the records that the values of a field name, on their way over its columns and to
    /// the next: first those that they refer to, then those that they are to refer to.
    pub(super) async fn load(
        &mut self,
        connection: &mut Connection,
        (hops, to): (&[ConversionSide], &ConversionSide),
        values: &[Vec<Value>],
    ) -> EngineResult<()> {
        let of = |index: usize| values.iter().filter_map(move |row| row.get(index));
        for (index, side) in hops.iter().enumerate() {
            if let Meaning::Record(form) = &side.content.meaning {
                self.look_up(connection, form, of(index).flat_map(texts).collect()).await?;
            }
        }
        for (position, target) in hops.iter().chain([to]).enumerate() {
            let Meaning::Record(form) = &target.content.meaning else { continue };
            let mut words: BTreeSet<String> = BTreeSet::new();
            for (index, side) in hops.iter().enumerate().take(position) {
                for text in of(index).flat_map(texts) {
                    words.extend(text.split([',', '，', '、', ';', '；', '\n']).map(trimmed));
                    words.insert(self.word(side, &text).trim().to_owned());
                }
            }
            self.look_up(connection, form, words).await?;
        }
        Ok(())
    }

    fn word(&self, side: &ConversionSide, text: &str) -> String {
        let name = match &side.content.meaning {
            Meaning::Record(form) => self.record(form, text),
            Meaning::Member => self.member(text),
            Meaning::Department => self.department(text),
            Meaning::Option => {
                let option = side.options.iter().find(|option| option.key == text);
                option.map(|option| option.label.get(&self.locale).to_owned())
            }
            Meaning::Plain => None,
        };
        name.unwrap_or_else(|| text.to_owned())
    }

    async fn look_up(
        &mut self,
        connection: &mut Connection,
        form: &FormKey,
        texts: BTreeSet<String>,
    ) -> EngineResult<()> {
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        if texts.is_empty() {
            return Ok(());
        }
        let statement = called(connection.dialect(), &format!("r_{form}"), &texts);
        let titles = self.titles.entry(form.clone()).or_default();
        for row in connection.fetch(&statement).await? {
            titles.insert(row.text(0)?, row.text(1)?);
        }
        Ok(())
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::Texts(texts) => texts.clone(),
        _ => Vec::new(),
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

impl Names for RowNames<'_> {
    fn member(&self, id: &str) -> Option<String> {
        self.directory.member(id).map(|member| member.name.clone())
    }

    fn members_called(&self, text: &str) -> Vec<String> {
        let known = self
            .directory
            .member(text)
            .or_else(|| self.directory.member_by_account(&text.to_lowercase()));
        if let Some(known) = known {
            return vec![known.id.clone()];
        }
        let named: Vec<_> = self.directory.members().filter(|member| member.name == text).collect();
        let active: Vec<String> =
            named.iter().filter(|m| m.active).map(|member| member.id.clone()).collect();
        if active.is_empty() {
            return named.into_iter().map(|member| member.id.clone()).collect();
        }
        active
    }

    fn department(&self, id: &str) -> Option<String> {
        self.directory.department(id).map(|found| found.name.get(&self.locale).to_owned())
    }

    fn departments_called(&self, text: &str) -> Vec<String> {
        if self.directory.department(text).is_some() {
            return vec![text.to_owned()];
        }
        let all = self.directory.departments().iter();
        let named = all.filter(|department| department.name.texts().any(|name| name == text));
        named.map(|department| department.id.clone()).collect()
    }

    fn record(&self, form: &FormKey, id: &str) -> Option<String> {
        self.titles.get(form)?.get(id).cloned()
    }

    fn records_called(&self, form: &FormKey, text: &str) -> Vec<String> {
        let Some(titles) = self.titles.get(form) else { return Vec::new() };
        if titles.contains_key(text) {
            return vec![text.to_owned()];
        }
        let named = titles.iter().filter(|(_, title)| *title == text);
        named.map(|(id, _)| id.clone()).collect()
    }

    fn time_zone(&self) -> &TimeZone {
        self.zone
    }

    fn locale(&self) -> &Locale {
        &self.locale
    }
}
