//! The loop: waits for what happens, drains what is ready, draws once. Only here does the console wait.

use std::io;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event as Input;
use futures::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::app::App;
use super::effect::Effect;
use super::host::Host;
use super::msg::Msg;
use super::options::{ConsoleExit, TuiError};
use super::pacing::Pacing;
use super::pane::Beside;
use super::picture::{Cell, Graphics, Order, place};
use super::signals::{Asked, Signals, stand_still};
use super::source::{Source, SourceEvent};
use super::terminal::Outside;
use super::update::{begin, hear_time, picture, update};

/// The most messages that are taken in before a frame is drawn.
const DRAIN: usize = 4_096;

/// A console with everything it needs to run, on any backend and any input.
pub struct Console<S> {
    app: App,
    source: Arc<S>,
    host: Arc<dyn Host>,
    sender: Sender<Msg>,
    messages: Receiver<Msg>,
    pacing: Pacing,
    /// What the terminal shows, with its cursor and its pictures; none while that is not known.
    shown: Option<(Buffer, Beside)>,
    /// Calls that have not been answered.
    in_flight: Arc<()>,
    /// How the console ends, once that is decided.
    exit: Option<ConsoleExit>,
}

/// What frames are drawn on: any backend whose errors can be shown.
pub trait Frames: Backend<Error: std::error::Error + Send + Sync + 'static> {}

impl<B: Backend<Error: std::error::Error + Send + Sync + 'static>> Frames for B {}

/// The terminal: where frames are drawn, what it is sent beside them, and the signals that ask for it.
struct Stage<'a, B: Frames, O> {
    terminal: &'a mut Terminal<B>,
    outside: O,
    signals: Signals,
}

impl<S: Source> Console<S> {
    /// A console on a source.
    pub fn new(app: App, source: Arc<S>, host: Arc<dyn Host>) -> Self {
        let (sender, messages) = channel(1_024);
        let (pacing, in_flight) = (Pacing::default(), Arc::new(()));
        Self { app, source, host, sender, messages, pacing, shown: None, in_flight, exit: None }
    }

    /// Where messages from beside the loop go.
    pub fn sender(&self) -> Sender<Msg> {
        self.sender.clone()
    }

    /// Alive as long as a call has not been answered, beside the console's own hold on it.
    pub fn calls(&self) -> Weak<()> {
        Arc::downgrade(&self.in_flight)
    }

    /// The console's state, for a test that has run it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Runs until the person leaves, a signal comes, or the input ends.
    ///
    /// # Errors
    /// When the terminal does not take frames any more.
    pub async fn run<B, I, O>(
        &mut self,
        terminal: &mut Terminal<B>,
        mut input: I,
        outside: O,
    ) -> Result<ConsoleExit, TuiError>
    where
        B: Frames,
        I: Stream<Item = io::Result<Input>> + Unpin,
        O: Outside,
    {
        let mut stage = Stage { terminal, outside, signals: Signals::new()? };
        let mut heard = self.source.listen();
        self.measure(&mut stage);
        // The first frame stands before anything is loaded.
        self.draw(&mut stage)?;
        let effects = begin(&mut self.app);
        self.do_effects(effects, &mut stage).await?;
        loop {
            if let Some(exit) = self.exit.take() {
                return Ok(exit);
            }
            let msg = tokio::select! {
                biased;
                asked = stage.signals.next() => match self.answer(asked, &mut stage)? {
                    Some(msg) => msg,
                    None => continue,
                },
                event = input.next() => match event {
                    Some(event) => Msg::Input(event?),
                    None => return self.finish(&mut stage, &mut heard).await,
                },
                () = due(&self.pacing, &mut stage.outside) => {
                    self.draw(&mut stage)?;
                    continue;
                }
                Some(msg) = self.messages.recv() => msg,
                Some(news) = heard.recv() => Msg::SourceEvent(news),
                () = self.pacing.tick(&self.app) => Msg::Tick(self.host.now()),
            };
            self.take(msg, &mut stage).await?;
            self.drain(&mut input, &mut heard, &mut stage).await?;
        }
    }

    /// Takes in whatever is ready, keys first.
    async fn drain(
        &mut self,
        input: &mut (impl Stream<Item = io::Result<Input>> + Unpin),
        heard: &mut Receiver<SourceEvent>,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
    ) -> Result<(), TuiError> {
        for _ in 0..DRAIN {
            if self.exit.is_some() {
                break;
            }
            // Polled as this task and not `now_or_never`: the input wakes the task that polled it first, and a waker
            // that wakes none would leave the next key lying until the clock ticks.
            let msg = if let Poll::Ready(Some(event)) = futures::poll!(input.next()) {
                Msg::Input(event?)
            } else if let Some(msg) = self.ready(heard) {
                msg
            } else {
                break;
            };
            self.take(msg, stage).await?;
        }
        Ok(())
    }

    /// The next message that is here already.
    fn ready(&mut self, heard: &mut Receiver<SourceEvent>) -> Option<Msg> {
        let msg = self.messages.try_recv().ok();
        msg.or_else(|| heard.try_recv().ok().map(Msg::SourceEvent))
    }

    /// The input is over: what was asked is answered, and the last frame drawn.
    async fn finish(
        &mut self,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
        heard: &mut Receiver<SourceEvent>,
    ) -> Result<ConsoleExit, TuiError> {
        loop {
            let waiting = Arc::strong_count(&self.in_flight) > 1;
            if let Some(msg) = self.ready(heard) {
                self.take(msg, stage).await?;
            } else if waiting {
                tokio::time::sleep(Duration::from_millis(1)).await;
            } else {
                break;
            }
            if let Some(exit) = self.exit.take() {
                return Ok(exit);
            }
        }
        self.draw(stage)?;
        Ok(ConsoleExit::Left)
    }

    /// Draws, and sends the terminal only what looks different.
    fn draw(&mut self, stage: &mut Stage<'_, impl Frames, impl Outside>) -> Result<(), TuiError> {
        let Stage { terminal, outside, .. } = stage;
        self.pacing.drawn();
        terminal.autoresize().map_err(io::Error::other)?;
        let drawn = terminal.current_buffer_mut();
        let beside = super::pane::draw_on(&self.app, drawn);
        match &mut self.shown {
            Some((shown, stands)) if shown == drawn && *stands == beside => {
                drawn.reset();
                return Ok(());
            }
            Some((shown, stands)) => {
                stands.clone_from(&beside);
                shown.area = drawn.area;
                shown.content.clone_from(&drawn.content);
            }
            None => self.shown = Some((drawn.clone(), beside.clone())),
        }
        outside.begin_frame()?;
        outside.mark(&self.app, self.host.as_ref(), terminal.current_buffer_mut());
        place(&beside.pictures, terminal.current_buffer_mut());
        terminal.apply_buffer_with_cursor(beside.cursor).map_err(io::Error::other)?;
        outside.end_frame()?;
        Ok(())
    }

    /// What the terminal shows is not known any more: the next frame is drawn whole.
    fn forget(&mut self, stage: &mut Stage<'_, impl Frames, impl Outside>) -> Result<(), TuiError> {
        self.shown = None;
        // Nor is it known which pictures the terminal has kept.
        self.app.pictures.clear();
        if let Some(order) = picture(&mut self.app) {
            self.paint(order);
        }
        Ok(stage.terminal.clear().map_err(io::Error::other)?)
    }

    /// Makes a picture ready beside the loop: a key does not wait for it.
    fn paint(&self, order: Order) {
        self.spawn(async move {
            let key = order.key.clone();
            let painted = tokio::task::spawn_blocking(move || order.paint()).await;
            let painted = painted.unwrap_or_else(|_| Err("the picture cannot be drawn".to_owned()));
            Some(Msg::Painted { key, painted })
        });
    }

    /// How many pixels a cell has, which pictures are brought to; a font may change with the window.
    fn measure(&mut self, stage: &mut Stage<'_, impl Frames, impl Outside>) {
        if self.app.canvas.graphics != Graphics::None
            && let Ok(window) = stage.terminal.backend_mut().window_size()
        {
            self.app.canvas.cell = Cell::of(window.pixels, window.columns_rows);
        }
    }

    async fn take(
        &mut self,
        msg: Msg,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
    ) -> Result<(), TuiError> {
        self.pacing.heard(&msg);
        if matches!(msg, Msg::Input(Input::Resize(..))) {
            self.measure(stage);
        }
        hear_time(&mut self.app, self.host.now());
        let effects = update(&mut self.app, msg);
        self.do_effects(effects, stage).await
    }

    /// What takes time is done beside the loop and comes back as a message.
    async fn do_effects(
        &mut self,
        effects: Vec<Effect>,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
    ) -> Result<(), TuiError> {
        for effect in effects {
            if self.exit.is_some() {
                break;
            }
            let (source, host) = (Arc::clone(&self.source), Arc::clone(&self.host));
            match effect {
                Effect::Exit(exit) => self.exit = Some(exit),
                Effect::Copy(text) => stage.outside.copy(&text)?,
                Effect::Announce { title, percent } => stage.outside.announce(&title, percent)?,
                Effect::Redraw => self.forget(stage)?,
                Effect::NotifyTerminal(sentence) => stage.outside.notify(&sentence)?,
                Effect::Edit { text, name } => self.edit(text, name, stage).await?,
                Effect::Ask { ticket, call } => self.spawn(async move {
                    Some(Msg::Answer { ticket, result: Box::new(source.call(call).await) })
                }),
                Effect::Serve { ticket, call } => self.spawn(async move {
                    Some(Msg::Served { ticket, reply: Box::new(host.serve(call).await) })
                }),
                Effect::Paint(order) => self.paint(order),
                Effect::ListMissions => self.spawn(async move { Some(Msg::Missions(host.missions().await)) }),
                Effect::Notify(sentence) => self.spawn(async move {
                    let done = host.notify(sentence.clone()).await;
                    (!done).then_some(Msg::NoNotifyCommand(sentence))
                }),
                // Not beside the loop: what is begun must be kept before the console ends.
                Effect::KeepDrafts(changes) => {
                    if let Err(why) = host.keep_drafts(changes).await {
                        self.spawn(async move { Some(Msg::DraftsNotKept(why)) });
                    }
                }
                Effect::Outside { name, content } => {
                    self.spawn(async move { host.open(name, content).await.err().map(Msg::Trouble) });
                }
            }
        }
        Ok(())
    }

    /// Does what a signal asks of the terminal; one that asks for the end becomes a message.
    fn answer(
        &mut self,
        asked: Asked,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
    ) -> Result<Option<Msg>, TuiError> {
        match asked {
            Asked::End | Asked::Interrupt => return Ok(Some(Msg::Signal)),
            Asked::StandStill => {
                stage.outside.hand_over()?;
                stand_still()?;
            }
            Asked::GoOn => {
                stage.outside.take_back()?;
                self.forget(stage)?;
                self.draw(stage)?;
            }
        }
        Ok(None)
    }

    /// The editor has the terminal; nothing is drawn until it gives it back.
    async fn edit(
        &mut self,
        text: String,
        name: String,
        stage: &mut Stage<'_, impl Frames, impl Outside>,
    ) -> Result<(), TuiError> {
        stage.outside.hand_over()?;
        let (edited, end) = stage.signals.beside(self.host.edit(text, name)).await;
        if end.is_some() {
            drop(self.sender.try_send(Msg::Signal));
            return Ok(());
        }
        stage.outside.take_back()?;
        self.forget(stage)?;
        self.spawn(async move { Some(Msg::Edited(edited)) });
        Ok(())
    }

    /// Does something beside the loop. The channel may be full, and the loop is what empties it: it never waits there.
    fn spawn(&self, work: impl Future<Output = Option<Msg>> + Send + 'static) {
        let (sender, in_flight) = (self.sender.clone(), Arc::clone(&self.in_flight));
        tokio::spawn(async move {
            if let Some(msg) = work.await {
                drop(sender.send(msg).await);
            }
            drop(in_flight);
        });
    }
}

/// Waits until a frame may be drawn: not too soon after the last one, and not before the terminal has taken it.
async fn due(pacing: &Pacing, outside: &mut impl Outside) {
    pacing.frame().await;
    outside.drained().await;
}
