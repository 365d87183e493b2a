//! The programs of this process that run and shall run: what a sweep must leave alone.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ids of the leaders of process groups, which are those of the groups too.
pub type Live = BTreeSet<i32>;

/// Ids of the first processes of sandboxes that run, which are left alone by themselves: not so what descends from them.
pub fn keepers() -> MutexGuard<'static, BTreeSet<i32>> {
    static KEEPERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    KEEPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All of them. While it is held none is started, so that a sweep sees no program that is not in it yet.
pub fn live() -> MutexGuard<'static, Live> {
    static LIVE: Mutex<Live> = Mutex::new(BTreeSet::new());
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}
