//! The house rules that a machine can hold: who may use whom, how long a file and a function may be, what may not be
//! written. A failure names each offender and the rule.

mod dependencies;
mod sizes;
mod source;
mod words;
