mod instrument;
mod workspace;

fn main() {}
