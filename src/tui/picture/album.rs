//! The README's pictures.

use super::pose::Scene;

/// One picture: its file, and how the console gets there.
#[derive(Debug, Clone, Copy)]
pub struct Print {
    /// The file's name, without its ending.
    pub name: &'static str,
    pub scene: Scene,
    pub theme: &'static str,
    /// Columns and lines.
    pub size: (u16, u16),
    pub keys: &'static str,
}

/// Every picture that is kept in `assets/pictures`.
pub const ALBUM: [Print; 5] = [
    print("main", Scene::Flying, "dark", ""),
    print("gate", Scene::MilestoneGate, "dark", "g"),
    print("edit", Scene::Flying, "dark", "3 e ' The desk greets them by name.'"),
    print("stats", Scene::Flying, "dark", "S"),
    print("light", Scene::Flying, "light", "2 enter"),
];

const fn print(name: &'static str, scene: Scene, theme: &'static str, keys: &'static str) -> Print {
    Print { name, scene, theme, size: (120, 40), keys }
}
