//! Draws pictures of the console. `cargo run --example pictures -- --album assets/pictures` makes the README's again.

mod studio;

use clap::Parser as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    print!("{}", studio::run(&studio::Args::parse()).await?);
    Ok(())
}
