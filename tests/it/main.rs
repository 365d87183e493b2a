mod agent;
mod instrument;
mod workspace;

fn main() {}
