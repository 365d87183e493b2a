//! What the programs in a terminal's foreground do at this moment: whether they wait for their user or still work.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// What a terminal's foreground does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupation {
    /// A program waits in a read of the terminal: nothing happens until something is typed.
    Reads,
    /// A program waits for whatever comes first, and what is typed is among it.
    Listens,
    /// A program waits for a timer, a connection or another one, and not for the terminal.
    Waits,
    /// All are busy, or wait for something else than their user.
    Works,
    /// The system does not say.
    Unknown,
}

/// What the processes of a group do. Only Linux says.
pub(super) fn of_group(group: i32) -> Occupation {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let all: Vec<Occupation> = pids.filter(|pid| is_in(*pid, group)).flat_map(of_threads).collect();
    let has = |wanted| all.contains(&wanted);
    [Occupation::Reads, Occupation::Listens, Occupation::Unknown, Occupation::Waits, Occupation::Works]
        .into_iter()
        .find(|occupation| has(*occupation))
        .unwrap_or(Occupation::Unknown)
}

/// Whether a process belongs to a group and has not ended.
fn is_in(pid: i32, group: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A program's name may have any characters, but only before the last bracket.
    let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let state = fields.next();
    state.is_some_and(|state| state != "Z") && fields.nth(1).and_then(|id| id.parse().ok()) == Some(group)
}

fn of_threads(pid: i32) -> Vec<Occupation> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let calls = threads.map(|thread| fs::read_to_string(thread.path().join("syscall")));
    calls.map(|call| call.map_or(Occupation::Unknown, |call| of_call(pid, &call))).collect()
}

/// What a system call, as the kernel writes it with its number and arguments, says of a thread.
fn of_call(pid: i32, call: &str) -> Occupation {
    let mut words = call.split_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
        // It runs just now.
        return Occupation::Works;
    };
    let hexadecimal = |word: &str| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    let arguments: Vec<u64> = words.map_while(hexadecimal).collect();
    let [first, second] = [0, 1].map(|index| arguments.get(index).copied().unwrap_or_default());
    if let Some((_, wait)) = WAITS.iter().find(|(numbers, _)| numbers.contains(&number)) {
        let hears = awaited(pid, *wait, first, second).into_iter().any(|fd| is_terminal(pid, fd));
        return if hears { Occupation::Listens } else { Occupation::Waits };
    }
    let reads = READS.contains(&number) && is_terminal(pid, first);
    if reads { Occupation::Reads } else { Occupation::Works }
}

/// The ways to wait for several things at a time.
#[derive(Debug, Clone, Copy)]
enum Wait {
    Poll,
    Select,
    Epoll,
}

/// The descriptors whose input a thread waits for, by the first two arguments of its call.
fn awaited(pid: i32, wait: Wait, first: u64, second: u64) -> Vec<u64> {
    match wait {
        Wait::Poll => {
            let entries = memory(pid, first, second.min(MOST) * 8);
            let wants_input = |entry: &&[u8]| entry[4] & INPUT != 0;
            let descriptor =
                |entry: &[u8]| u64::from(u32::from_ne_bytes([entry[0], entry[1], entry[2], entry[3]]));
            entries.chunks_exact(8).filter(wants_input).map(descriptor).collect()
        }
        Wait::Select => {
            let set = memory(pid, second, first.min(MOST).div_ceil(8));
            let bytes = (0..).zip(set);
            bytes
                .flat_map(|(index, byte)| {
                    (0..8).filter(move |bit| byte >> bit & 1 != 0).map(move |bit| index * 8 + bit)
                })
                .collect()
        }
        Wait::Epoll => {
            let told = fs::read_to_string(format!("/proc/{pid}/fdinfo/{first}")).unwrap_or_default();
            told.lines().filter_map(awaited_by_epoll).collect()
        }
    }
}

/// From a line such as `tfd:        5 events:       19 data: …`.
fn awaited_by_epoll(line: &str) -> Option<u64> {
    let mut words = line.strip_prefix("tfd:")?.split_whitespace();
    let descriptor = words.next()?.parse().ok()?;
    let events = u32::from_str_radix(words.nth(1)?, 16).ok()?;
    (events & u32::from(INPUT) != 0).then_some(descriptor)
}

/// What stands in a process's memory; nothing where that cannot be read.
fn memory(pid: i32, from: u64, bytes: u64) -> Vec<u8> {
    let mut found = vec![0; usize::try_from(bytes).unwrap_or_default()];
    let read =
        File::open(format!("/proc/{pid}/mem")).and_then(|memory| memory.read_exact_at(&mut found, from));
    if read.is_ok() { found } else { Vec::new() }
}

fn is_terminal(pid: i32, descriptor: u64) -> bool {
    let file = fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).unwrap_or_default();
    let file = file.to_string_lossy();
    ["/dev/pts/", "/dev/tty", "/dev/console"].iter().any(|place| file.starts_with(place))
}

/// The flag of input, which poll and epoll share.
const INPUT: u8 = 1;
/// Descriptors that are looked through.
const MOST: u64 = 1024;

// The numbers of read and readv, and of poll and ppoll, select and pselect6, epoll_wait, epoll_pwait and epoll_pwait2.
#[cfg(target_arch = "x86_64")]
const READS: &[u32] = &[0, 19];
#[cfg(target_arch = "x86_64")]
const WAITS: &[(&[u32], Wait)] =
    &[(&[7, 271], Wait::Poll), (&[23, 270], Wait::Select), (&[232, 281, 441], Wait::Epoll)];
#[cfg(target_arch = "aarch64")]
const READS: &[u32] = &[63, 65];
#[cfg(target_arch = "aarch64")]
const WAITS: &[(&[u32], Wait)] = &[(&[73], Wait::Poll), (&[72], Wait::Select), (&[22, 441], Wait::Epoll)];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const READS: &[u32] = &[];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const WAITS: &[(&[u32], Wait)] = &[];
