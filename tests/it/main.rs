mod workspace;

fn main(){}
