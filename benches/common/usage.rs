//! What a process used, as Linux tells it.

use std::time::Duration;

use crate::Result;

/// Clock ticks of `/proc/PID/stat` in a second; the same on every Linux of today.
const TICKS: f64 = 100.0;

/// Time and memory of a process.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Time on a processor in milliseconds, that of its ended children included.
    pub cpu_ms: f64,
    /// The most memory it had at once: `VmHWM`.
    pub peak_mib: f64,
}

impl Usage {
    /// Of a process by its number; `self` is this one.
    pub fn of(pid: &str) -> Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name in brackets may hold anything, so the fields are counted from its end: utime is the 12th after it.
        let fields = stat.rsplit_once(") ").ok_or("an unreadable stat")?.1.split(' ').skip(11).take(4);
        let ticks = fields.map(str::parse::<f64>).sum::<std::result::Result<f64, _>>()?;
        let peak_mib = field(&format!("/proc/{pid}/status"), "VmHWM:")? / 1024.0;
        Ok(Self { cpu_ms: ticks * 1_000.0 / TICKS, peak_mib })
    }
}

/// The memory of a process and all that it started, shared pages counted in proportion: PSS.
pub fn tree_mib(pid: u32) -> Result<f64> {
    let mut kib = field(&format!("/proc/{pid}/smaps_rollup"), "Pss:")?;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
        let listed = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in listed.split_whitespace() {
            kib += tree_mib(child.parse()?)? * 1024.0;
        }
    }
    Ok(kib / 1024.0)
}

fn field(path: &str, name: &str) -> Result<f64> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("a field is missing")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The middle one.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Hands a figure to the process that prints the table.
#[expect(clippy::print_stdout, reason = "it is read from there")]
pub fn figure(name: &str, number: f64) {
    println!("{name} {number}");
}
