//! A page in a real Chromium, worked as a user works it.
//!
//! The browser of this machine is started when it is first needed, with a profile of its own, and spoken to over its
//! debugging protocol ([`cdp`]). [`world`] learns what it tells unasked: tabs, dialogs, downloads, what pages print and
//! ask the network for. In every frame a script of ours ([`frame`]) writes down what a person sees and names what can be
//! acted on; what is done to it ([`act`], [`keys`]) goes through the browser's own mouse and keyboard. Every answer
//! ([`answer`]) says what changed, and is a piece of evidence.

mod find;
mod probe;

#[cfg(not(feature = "browser"))]
mod absent;
#[cfg(feature = "browser")]
mod act;
#[cfg(feature = "browser")]
mod answer;
#[cfg(feature = "browser")]
mod cdp;
#[cfg(feature = "browser")]
mod chrome;
#[cfg(feature = "browser")]
mod fault;
#[cfg(feature = "browser")]
mod frame;
#[cfg(feature = "browser")]
mod keys;
#[cfg(feature = "browser")]
mod look;
#[cfg(feature = "browser")]
mod profile;
#[cfg(feature = "browser")]
mod settle;
#[cfg(feature = "browser")]
mod starting;
#[cfg(feature = "browser")]
mod step;
#[cfg(feature = "browser")]
mod tab;
#[cfg(feature = "browser")]
mod tabs;
#[cfg(feature = "browser")]
mod tail;
#[cfg(feature = "browser")]
mod tool;
#[cfg(feature = "browser")]
mod wanted;
#[cfg(feature = "browser")]
mod world;

#[cfg(not(feature = "browser"))]
pub use absent::Browser;
pub use find::Chromium;
pub use probe::{BrowserProbe, Started};
#[cfg(feature = "browser")]
pub use tool::Browser;
