//! What a process has used, as Linux tells it.

use crate::report::BenchResult;
use std::time::Duration;

/// Clock ticks in a second: fixed at 100 in what Linux shows to programs.
const TICKS: u64 = 100;

/// Processor time of a process so far, in user and system mode together.
pub fn cpu(pid: u32) -> BenchResult<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may contain spaces; what follows its closing parenthesis does not.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |place: usize| -> BenchResult<u64> { Ok(fields.get(place).ok_or("the kernel's line is too short")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 1000 / TICKS))
}

/// Memory of a process that is in RAM, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct ProcessMemory {
    pub all: u64,
    /// Without what is read from files and can be read again.
    pub own: u64,
}

/// What a process has in RAM, with its parts.
pub fn memory_parts(pid: u32) -> BenchResult<ProcessMemory> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let bytes = |name: &str| -> BenchResult<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not say how much it is")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
    };
    Ok(ProcessMemory { all: bytes("VmRSS:")?, own: bytes("RssAnon:")? })
}

/// Memory of a process that is in RAM, in bytes.
pub fn memory(pid: u32) -> BenchResult<u64> {
    Ok(memory_parts(pid)?.all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let begin = std::time::Instant::now();
        while begin.elapsed() < Duration::from_millis(60) {
            std::hint::black_box(begin);
        }
        assert!(cpu(std::process::id()).unwrap() >= Duration::from_millis(10));
        assert!(memory(std::process::id()).unwrap() > 100_000);
    }
}
