fn main() {}
mod rehearsal;
