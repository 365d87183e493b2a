//! The messages to an agent.

use tokio::sync::mpsc;

use super::parts::{InboxMessage, Urgency};

/// Messages that came, in order.
pub struct Inbox {
    channel: mpsc::Receiver<InboxMessage>,
    waiting: Vec<String>,
}

impl Inbox {
    /// An inbox that nothing was taken out of.
    pub fn of(channel: mpsc::Receiver<InboxMessage>) -> Self {
        Self { channel, waiting: Vec::new() }
    }

    /// All messages so far.
    pub fn take(&mut self) -> Vec<String> {
        while let Ok(message) = self.channel.try_recv() {
            self.waiting.push(message.text);
        }
        std::mem::take(&mut self.waiting)
    }

    /// Ends when a message interrupts; others wait. It may be dropped at any time without losing one.
    pub async fn interrupt(&mut self) {
        while let Some(message) = self.channel.recv().await {
            self.waiting.push(message.text);
            if message.urgency == Urgency::Interrupt {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}
