//! Script files: rhai with its labels in the first comment lines.

use formwork_model::AppKey;
use serde_json::{Map, Value as Json, json};

/// The document of a script file: the key is the file's name, the label stands in lines
/// such as `// label zh-CN: 分解目标` before the first line of code.
pub(crate) fn document(app: &AppKey, key: &str, source: &str) -> Json {
    let labels: Map<String, Json> = source
        .lines()
        .map_while(|line| line.trim().strip_prefix("//"))
        .filter_map(|comment| comment.trim().strip_prefix("label ")?.split_once(':'))
        .map(|(language, text)| (language.trim().to_owned(), json!(text.trim())))
        .collect();
    json!({ "key": key, "app": app, "label": labels, "source": source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_from_the_head_only() {
        let source =
            "// label zh-CN: 分解\n//label en:  Split\n// more\nlet a = 1;\n// label fr: non";
        let document = document(&"crm".parse().unwrap(), "split", source);
        assert_eq!(document["label"], json!({"zh-CN": "分解", "en": "Split"}));
        assert_eq!(document["source"], json!(source));
    }
}
