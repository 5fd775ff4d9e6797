//! How much of a list a request asks for.

use formwork_model::Problem;

use crate::problem::HttpProblem;

/// The `limit` of a request; no more than the most, whatever was asked for.
///
/// # Errors
/// `too_small` for less than 1.
pub fn page_size<T>(asked: Option<T>, usual: T, most: T) -> Result<T, HttpProblem>
where
    T: Ord + From<u8>,
{
    let asked = asked.unwrap_or(usual);
    if asked < T::from(1) {
        return Err(HttpProblem::invalid(vec![
            Problem::new("too_small").with("min", 1).at("limit"),
        ]));
    }
    Ok(asked.min(most))
}
