//! x
use crate::domain::consequence::ContractChange;
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
/// x
pub fn check_change(_mission: &Mission, _change: &ContractChange) -> Result<(), Rejection> {
    Ok(())
}
