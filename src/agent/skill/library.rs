//! The skills that agents may use.

use std::path::{Path, PathBuf};

use super::read_inside;
use crate::agent::context::clipped;
use crate::workspace::project::PROJECT_SKILLS;
use crate::workspace::{Project, Standing};

/// Longest description in the list, in bytes.
const DESCRIPTION_LIMIT: usize = 300;
/// Longest body, in bytes.
const BODY_LIMIT: usize = 48 * 1024;
/// How many skills a list has at most.
const LIST_LIMIT: usize = 60;

/// All skills that were found, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillLibrary {
    skills: Vec<Skill>,
}

/// A directory with a `SKILL.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The name it is asked for by.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// Its directory, which may hold more files.
    pub directory: PathBuf,
}

impl SkillLibrary {
    /// Looks through the skills of a project's checkout, as far as they are trusted, and then through directories of skills;
    /// the first of a name wins.
    pub fn find(project: Option<(&Project, &Path)>, directories: &[PathBuf]) -> Self {
        let mut skills: Vec<Skill> = Vec::new();
        let of_project = project.into_iter().flat_map(|(project, checkout)| {
            PROJECT_SKILLS.map(|folder| (checkout.join(folder), Some((project, checkout))))
        });
        let others = directories.iter().map(|directory| (directory.clone(), None));
        for (directory, of) in of_project.chain(others) {
            let entries = directory.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
            let entries = entries.filter(|entry| of.is_none_or(|of| is_trusted(of, entry)));
            let mut found: Vec<_> = entries.filter_map(|entry| Skill::read(&entry)).collect();
            found.sort_by(|one, other| one.name.cmp(&other.name));
            found.retain(|skill| skills.iter().all(|known| known.name != skill.name));
            skills.extend(found);
        }
        skills.truncate(LIST_LIMIT);
        Self { skills }
    }

    /// All of them.
    pub fn skills(&self) -> &[Skill] {
        &self.skills
    }

    /// The body of a skill, without its front matter.
    pub fn body(&self, name: &str) -> Option<String> {
        let skill = self.skills.iter().find(|skill| skill.name == name)?;
        let text = read_inside(&skill.directory, &skill.directory.join("SKILL.md"), BODY_LIMIT)?;
        Some(split(&text).1.trim_start().to_owned())
    }
}

impl Skill {
    fn read(directory: &Path) -> Option<Self> {
        let text = read_inside(directory, &directory.join("SKILL.md"), BODY_LIMIT)?;
        let (front, _) = split(&text);
        let named = field(front, "name").filter(|name| !name.is_empty());
        let name = named.or_else(|| directory.file_name().map(|name| name.to_string_lossy().into_owned()))?;
        let description = clipped(&field(front, "description").unwrap_or_default(), DESCRIPTION_LIMIT);
        Some(Self { name, description, directory: directory.to_owned() })
    }
}

/// Whether the person trusts a skill of a checkout as it is now.
fn is_trusted((project, checkout): (&Project, &Path), skill: &Path) -> bool {
    let name = skill.strip_prefix(checkout).ok().and_then(Path::to_str);
    let file = name.and_then(|name| project.file_in(checkout, &format!("{name}/SKILL.md")).ok().flatten());
    file.is_some_and(|file| file.standing == Standing::Trusted)
}

/// Front matter and body of a text; the front matter is empty when there is none.
fn split(text: &str) -> (&str, &str) {
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"));
    rest.and_then(|rest| rest.split_once("\n---")).unwrap_or(("", text))
}

/// A field of YAML front matter, as far as skills use YAML: one line, quoted or not, or indented lines below its name.
fn field(front: &str, name: &str) -> Option<String> {
    let mut lines =
        front.lines().skip_while(|line| !line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')));
    let first = lines.next()?.split_once(':')?.1.trim();
    let first = if matches!(first, ">" | "|" | ">-" | "|-") { "" } else { first };
    let more = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    let text =
        std::iter::once(first).chain(more).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let quoted = ['"', '\''].iter().find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote));
    Some(quoted.unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path, name: &str, text: &str) {
        let skill = directory.join(name);
        std::fs::create_dir_all(&skill).unwrap();
        std::fs::write(skill.join("SKILL.md"), text).unwrap();
    }

    #[test]
    fn skills_are_listed_and_their_bodies_read_on_demand() {
        let (near, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(
            near.path(),
            "db",
            "---\nname: migrate\ndescription: \"Write a migration\"\n---\n\nStep one.\n",
        );
        write(near.path(), "plain", "No front matter.\n");
        write(far.path(), "db", "---\nname: migrate\ndescription: shadowed\n---\nno\n");
        write(
            far.path(),
            "long",
            "---\nname: long\ndescription: >\n  two\n  lines\nlicense: MIT\n---\nbody\n",
        );
        let shelf =
            SkillLibrary::find(None, &[near.path().into(), far.path().into(), far.path().join("missing")]);
        let listed: Vec<_> =
            shelf.skills().iter().map(|skill| (skill.name.as_str(), skill.description.as_str())).collect();
        assert_eq!(listed, [("migrate", "Write a migration"), ("plain", ""), ("long", "two lines")]);
        assert_eq!(shelf.body("migrate").unwrap(), "Step one.\n");
        assert_eq!(shelf.body("plain").unwrap(), "No front matter.\n");
        assert_eq!(shelf.body("missing"), None);
    }
}
