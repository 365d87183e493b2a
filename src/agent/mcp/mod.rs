//! Tools of servers that speak the Model Context Protocol, for one session. The person names the servers; what one of
//! them answers is a stranger's word, and proves nothing.

mod form;
mod link;
mod person;
mod result;
mod server;

pub use person::{Asked, Person};
pub use server::{Around, Names, rows};

use std::collections::BTreeMap;

use secrecy::SecretString;

/// A server that the person has set.
#[derive(Debug, Clone)]
pub struct McpSpec {
    /// What it goes by in the names of its tools.
    pub name: String,
    pub way: McpWay,
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub enum McpWay {
    /// It is started for each session and talked with over its input and output.
    Program { command: Vec<String>, env: BTreeMap<String, SecretString> },
    /// It runs already, and is talked with over HTTP.
    Address { url: String, headers: Vec<(String, SecretString)> },
}
