//! The README's pictures.

use super::scene::Scene;

/// One picture: its file, and how the console gets there.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// The file's name, without its ending.
    pub name: &'static str,
    pub scene: Scene,
    pub theme: &'static str,
    /// Columns and lines.
    pub size: (u16, u16),
    pub keys: &'static str,
}

/// Every picture that is kept in `assets/pictures`.
pub const ALBUM: [Picture; 5] = [
    picture("main", Scene::Flying, "dark", ""),
    picture("gate", Scene::MilestoneGate, "dark", "g"),
    picture("edit", Scene::Flying, "dark", "3 e ' The desk greets them by name.'"),
    picture("stats", Scene::Flying, "dark", "S"),
    picture("light", Scene::Flying, "light", "2 enter"),
];

const fn picture(name: &'static str, scene: Scene, theme: &'static str, keys: &'static str) -> Picture {
    Picture { name, scene, theme, size: (120, 40), keys }
}
