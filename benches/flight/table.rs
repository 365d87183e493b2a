//! The rows of the table.

use crate::report::{Row, row};

/// Targets and peers were measured on a machine with 2 cores against a local model server.
pub const ROWS: [Row; 28] = [
    row("a turn with shell `true`, model in process: wall", "turn_wall_ms", "ms", "5", ""),
    row("  processor time, programs included", "turn_cpu_ms", "ms", "5", ""),
    row("a turn of the first 100, model over HTTP: wall", "process_turn_wall_ms", "ms", "5", "pi 9.3"),
    row("  processor time, programs included", "process_turn_cpu_ms", "ms", "5", "pi 13"),
    row("1,000 turns in one session, over HTTP: wall", "process_turns_wall_s", "s", "13", "pi 26"),
    row("  processor time, programs included", "process_turns_cpu_s", "s", "", ""),
    row("  peak memory of the engine", "process_peak_mib", "MiB", "40", "codex 300"),
    row("1,000 turns in one session, in process: wall", "turns_wall_s", "s", "13", ""),
    row("  a turn of the first 100", "turns_first_ms", "ms", "", ""),
    row("  a turn of the last 100", "turns_last_ms", "ms", "", ""),
    row("  peak memory", "turns_peak_mib", "MiB", "40", ""),
    row("a program that ends at once, no sandbox: wall", "start_off_ms", "ms", "", ""),
    row("  kept in by Landlock", "start_landlock_ms", "ms", "", ""),
    row("  kept in by bubblewrap as well", "start_bubblewrap_ms", "ms", "", "bwrap each 12"),
    row("  the first of a place of work, with its sandbox", "start_bubblewrap_first_ms", "ms", "", ""),
    row("a tool that prints 50 MB: wall", "printing_wall_ms", "ms", "150", "codex 333"),
    row("  peak memory", "printing_peak_mib", "MiB", "40", "codex 155"),
    row("engine started until a client is attached", "attach_ms", "ms", "", ""),
    row("engine idle: PSS of its processes", "idle_mib", "MiB", "20", "ralph-tui 91"),
    row("  processor time in a second", "idle_cpu_ms", "ms", "0", ""),
    row("engine idle after 1,000 turns: PSS", "after_mib", "MiB", "", ""),
    row("100,000 events: mission opened by its engine", "open_engine_ms", "ms", "35", "codex 847"),
    row("  `flightdeck status --json`, whole process", "open_status_ms", "ms", "", ""),
    row("  folded from its first event, no snapshot", "fold_ms", "ms", "", ""),
    row("the demo with a mind that takes no time, by autopilot: wall", "demo_wall_s", "s", "", ""),
    row("  of it commands at the base", "demo_baseline_ms", "ms", "", ""),
    row("  of it undoing what was built", "demo_sabotage_s", "s", "", ""),
    row("  checks that were seen red, of twelve", "demo_seen_red", "", "", ""),
];
