//! The order in which services start: each after those it names, else as they were given.

use super::spec::{Health, ServiceSpec};
use crate::workspace::WorkspaceError;

/// Puts services in order.
///
/// # Errors
/// [`WorkspaceError::BadServices`] for a cycle, an unknown or doubled name, or a check without a port.
pub(super) fn in_order(specs: Vec<ServiceSpec>) -> Result<Vec<ServiceSpec>, WorkspaceError> {
    check(&specs)?;
    let mut waiting = specs;
    let mut ordered: Vec<ServiceSpec> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .position(|spec| spec.after.iter().all(|name| ordered.iter().any(|done| done.name == *name)));
        let Some(index) = ready else {
            let names: Vec<&str> = waiting.iter().map(|spec| spec.name.as_str()).collect();
            return Err(bad(format!("they wait for each other: {}", names.join(", "))));
        };
        ordered.push(waiting.remove(index));
    }
    Ok(ordered)
}

fn check(specs: &[ServiceSpec]) -> Result<(), WorkspaceError> {
    for (index, spec) in specs.iter().enumerate() {
        let name = &spec.name;
        if specs[..index].iter().any(|earlier| earlier.name == *name) {
            return Err(bad(format!("two are called `{name}`")));
        }
        if name.is_empty() || name.contains(['/', '\0']) {
            return Err(bad(format!("`{name}` is no name for a service")));
        }
        if let Some(missing) = spec.after.iter().find(|after| specs.iter().all(|other| other.name != **after))
        {
            return Err(bad(format!("`{name}` comes after `{missing}`, which does not exist")));
        }
        if spec.port.is_none() && spec.health != Health::None {
            return Err(bad(format!("the health of `{name}` is checked on its port, but it has none")));
        }
    }
    Ok(())
}

fn bad(reason: String) -> WorkspaceError {
    WorkspaceError::BadServices { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, after: &[&str]) -> ServiceSpec {
        let after = after.iter().map(ToString::to_string).collect();
        ServiceSpec { after, ..ServiceSpec::new(name, "true") }
    }

    fn names(specs: Vec<ServiceSpec>) -> Vec<String> {
        in_order(specs).unwrap().into_iter().map(|spec| spec.name).collect()
    }

    #[test]
    fn each_comes_after_those_it_names_and_else_as_given() {
        let specs = vec![spec("web", &["api"]), spec("mail", &[]), spec("api", &["db"]), spec("db", &[])];
        assert_eq!(names(specs), ["mail", "db", "api", "web"]);
    }

    #[test]
    fn what_cannot_be_put_in_order_is_refused() {
        let no_port = ServiceSpec { health: Health::Tcp, ..spec("a", &[]) };
        let cases = [
            (vec![spec("a", &["b"]), spec("b", &["a"])], "they wait for each other: a, b"),
            (vec![spec("a", &["a"])], "they wait for each other: a"),
            (vec![spec("a", &["z"])], "comes after `z`"),
            (vec![spec("a", &[]), spec("a", &[])], "two are called `a`"),
            (vec![spec("../a", &[])], "is no name"),
            (vec![no_port], "has none"),
        ];
        for (specs, words) in cases {
            let error = in_order(specs).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
