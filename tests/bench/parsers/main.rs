//! `just bench-parsers`: every parser at its caps, on input made to hurt.
//!
//! Each shape is tried at half its largest size and at the whole: time must not grow by more than 2.5, and at the cap stay under 100 ms and
//! 32 MB (the whole process, input and output among it). Each measurement has a process of its own, since the kernel keeps the highest
//! memory of a process only. Time is the processor's. No test: figures are for people to look at.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, clippy::panic)]

mod shapes;

use std::process::{Command, ExitCode};
use std::time::Duration;

/// What a measurement may cost at the cap.
const MOST_TIME: Duration = Duration::from_millis(100);
const MOST_KB: u64 = 32 << 10;
const MOST_GROWTH: f64 = 2.5;
/// Under this a ratio says nothing.
const NOISE: Duration = Duration::from_micros(200);

/// Makes an input of that many bytes.
type Make = Box<dyn Fn(usize) -> Vec<u8>>;
/// Hands it to the parser.
type Read = fn(&[u8]);

/// A parser, a shape of input, the size at the cap, and how to make and read one of that size.
struct Case {
    parser: &'static str,
    shape: &'static str,
    cap: usize,
    make: Make,
    read: Read,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let cases = shapes::cases();
    if let [number, size] = words.as_slice() {
        measure(&cases[number.parse::<usize>().unwrap()], size.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    println!(
        "{:12}{:32}{:>10}{:>10}{:>10}{:>7}{:>9}",
        "parser", "shape", "at most", "half", "whole", "ratio", "memory"
    );
    let mut over = 0;
    for (number, case) in cases.iter().enumerate() {
        // Tried again where it is over: what the machine did beside it is no fault of the parser's.
        let (mut attempt, mut figures) = (0, measured(number, case.cap));
        while figures.is_over() && attempt < 3 {
            (attempt, figures) = (attempt + 1, measured(number, case.cap));
        }
        let is_over = figures.is_over();
        let Figures { half, whole, memory } = figures;
        let ratio = figures.ratio();
        over += usize::from(is_over);
        println!(
            "{:12}{:32}{:>10}{:>8.1}ms{:>8.1}ms{ratio:>7.2}{:>6} MB{}",
            case.parser,
            case.shape,
            case.cap,
            half.as_secs_f64() * 1e3,
            whole.as_secs_f64() * 1e3,
            memory >> 10,
            if is_over { "  OVER" } else { "" }
        );
    }
    println!(
        "{} shapes, {over} over {MOST_GROWTH} times, {} ms or {} MB",
        cases.len(),
        MOST_TIME.as_millis(),
        MOST_KB >> 10
    );
    if over == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a case costs at half its cap and at the whole.
#[derive(Clone, Copy)]
struct Figures {
    half: Duration,
    whole: Duration,
    memory: u64,
}

impl Figures {
    fn ratio(&self) -> f64 {
        self.whole.as_secs_f64() / self.half.max(NOISE).as_secs_f64()
    }

    fn is_over(&self) -> bool {
        self.ratio() > MOST_GROWTH || self.half.max(self.whole) > MOST_TIME || self.memory > MOST_KB
    }
}

fn measured(number: usize, cap: usize) -> Figures {
    let (half, _) = in_a_process(number, cap / 2);
    let (whole, memory) = in_a_process(number, cap);
    Figures { half, whole, memory }
}

fn measure(case: &Case, size: usize) {
    let input = (case.make)(size);
    (case.read)(&input);
    // The kernel counts in ticks of 4 ms, so that one run says little.
    let (begin, mut runs) = (busy(), 0);
    let total = loop {
        (case.read)(&input);
        runs += 1;
        let so_far = busy().saturating_sub(begin);
        if so_far > Duration::from_millis(150) || runs == 20_000 {
            break so_far;
        }
    };
    let best = total / runs;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{} {}", best.as_nanos(), high.trim().trim_end_matches(" kB"));
}

/// What the processor has done for this thread so far, which other processes do not change.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

fn in_a_process(number: usize, size: usize) -> (Duration, u64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([number.to_string(), size.to_string()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().map(|word| word.parse::<u64>().unwrap());
    match (numbers.next(), numbers.next()) {
        (Some(nanoseconds), Some(kb)) => (Duration::from_nanos(nanoseconds), kb),
        _ => panic!("case {number} at {size} failed: {}", String::from_utf8_lossy(&output.stderr)),
    }
}
