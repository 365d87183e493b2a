use std::env;
use std::error::Error;
use std::io;
use std::net::TcpListener;
use std::process::ExitCode;

use guestbook::store::Store;
use guestbook::{command, server};

const USAGE: &str = "usage: guestbook serve | add NAME MESSAGE | list";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let store = Store::new(env::var("GUESTBOOK_FILE").unwrap_or_else(|_| "guestbook.tsv".to_owned()));
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => serve(&store),
        ["add", name, message] => command::add(name, message, &store, &mut io::stdout()),
        ["list"] => command::list(&store, &mut io::stdout()),
        _ => Err(USAGE.into()),
    }
}

fn serve(store: &Store) -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").unwrap_or_else(|_| "7878".to_owned());
    let listener = TcpListener::bind(("127.0.0.1", port.parse::<u16>()?))?;
    println!("The guestbook is open at http://{}", listener.local_addr()?);
    Ok(server::serve(&listener, store)?)
}
