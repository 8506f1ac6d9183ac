//! The kit of hostile vectors, `tests/data/vectors`: each file through the binary, with what it says must come out. The format is in the folder's README.

use crate::harness::{CANARY, path};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a vector may take. The bound is a second on an idle machine; here many run side by side, on a debug build.
const PATIENCE: Duration = Duration::from_secs(20);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors")
}

/// Group and name, and the file.
fn vectors() -> BTreeMap<String, PathBuf> {
    let groups = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let groups = groups.filter(|path| path.is_dir() && !path.ends_with("sources"));
    let files = groups.flat_map(|group| std::fs::read_dir(group).unwrap().map(|entry| entry.unwrap().path()));
    files
        .map(|file| (file.strip_prefix(folder()).unwrap().display().to_string(), file.clone()))
        .filter(|(name, _)| !name.starts_with("__pycache__"))
        .collect()
}

struct Vector {
    header: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Vector {
    fn read(file: &Path) -> Vector {
        let bytes = std::fs::read(file).unwrap();
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let header: Vec<(String, String)> = head
            .lines()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut vector = Vector { header, body: bytes[end + 2..].to_vec() };
        match vector.get("encoding").as_deref() {
            Some("base64") => vector.body = from_base64(&vector.body),
            Some("repeat") => vector.body = repeated(&vector.body),
            other => assert_eq!(other, None),
        }
        vector
    }

    fn all(&self, key: &str) -> Vec<&str> {
        self.header.iter().filter(|(known, _)| known == key).map(|(_, value)| value.as_str()).collect()
    }

    fn get(&self, key: &str) -> Option<String> {
        self.all(key).first().map(|value| (*value).to_owned())
    }

    fn json(&self, key: &str) -> Value {
        self.get(key).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }
}

/// The alphabet by hand: what is tested reads base64 with a crate that these files are meant to try.
fn from_base64(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for digit in text.iter().filter_map(|byte| ALPHABET.iter().position(|known| known == byte)) {
        bits = (bits << 6 | u32::try_from(digit).unwrap()) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    out
}

fn repeated(recipe: &[u8]) -> Vec<u8> {
    let parts = recipe.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    parts
        .flat_map(|line| {
            let (count, text): (usize, String) = serde_json::from_slice(line).unwrap();
            text.repeat(count).into_bytes()
        })
        .collect()
}

/// Answers every request alike, and keeps what it was asked.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(serves: &str, body: &[u8]) -> Server {
        let (status, media_type) = serves.split_once(' ').unwrap();
        let mut answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(body);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                stream.ok().and_then(|stream| exchange(stream, &answer, &log));
            }
        });
        Server { url, asked }
    }
}

/// Noted before it is answered: who asked may be done, and counted, before this thread goes on.
fn exchange(mut stream: TcpStream, answer: &[u8], log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let start = request.len();
        reader.read_line(&mut request).ok().filter(|read| *read > 0)?;
        let line = request[start..].trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.push_str(&String::from_utf8_lossy(&body));
    log.lock().unwrap().push(request);
    // The reader may be gone before the end of a long answer: that is its business.
    let _ = stream.write_all(answer);
    Some(())
}

struct Outcome {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
    asked: Vec<String>,
    took: Duration,
}

fn run(vector: &Vector, home: &Path) -> Outcome {
    let server = vector.get("serves").map(|serves| Server::start(&serves, &vector.body));
    let url = server.as_ref().map_or("http://127.0.0.1:1", |server| server.url.as_str());
    let place = |text: &str| text.replace("$SERVER", url);
    let stdin = match &server {
        Some(_) => place(vector.json("stdin").as_str().unwrap()).into_bytes(),
        None => vector.body.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_oktapipe"));
    command.arg(vector.get("stage").unwrap());
    command
        .args(vector.json("args").as_array().into_iter().flatten().map(|text| place(text.as_str().unwrap())));
    command.env_clear().env("PATH", path()).env("HOME", home).current_dir(home);
    for (name, value) in vector.json("env").as_object().into_iter().flatten() {
        command.env(name, place(value.as_str().unwrap()));
    }
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        code: output.status.code(),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        asked: server.map(|server| server.asked.lock().unwrap().clone()).unwrap_or_default(),
        took: start.elapsed(),
    }
}

fn at<'v>(document: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(document, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

/// What is not as the vector has it.
fn faults(vector: &Vector, outcome: &Outcome) -> Vec<String> {
    let Outcome { code, out, err, asked, took } = outcome;
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let (expect, stage) = (vector.get("expect").unwrap(), vector.get("stage").unwrap());
    let wanted: i32 = vector.get("exit").unwrap().parse().unwrap();
    let document: Value = serde_json::from_slice(out).unwrap_or(Value::Null);
    must(
        *code == Some(wanted),
        format!("ended with {code:?}: {}", err.chars().take(300).collect::<String>()),
    );
    must(*took < PATIENCE, format!("took {took:?}"));
    must(out.iter().all(|byte| *byte == b'\n' || (32..127).contains(byte)), "stdout is not ASCII".to_owned());
    let obeyed = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    must(!err.contains(obeyed), format!("stderr holds what a terminal obeys: {err:?}"));
    must(!err.contains(CANARY), "a secret is in stderr".to_owned());
    let shown = String::from_utf8_lossy(out);
    match expect.as_str() {
        "roles" => {
            let text = |role: &Value, name: &str| role[name].as_str().unwrap_or_default().to_owned();
            let listed = document["Roles"].as_array().into_iter().flatten();
            let listed: Vec<String> = listed
                .map(|role| format!("{} {}", text(role, "RoleArn"), text(role, "PrincipalArn")))
                .collect();
            must(listed == vector.all("role"), format!("the roles are {listed:?}"));
        }
        "document" => must(document.is_object(), format!("stdout is {shown}")),
        "text" => must(vector.get("stdout").is_some(), "the vector does not say which text".to_owned()),
        "unchanged" | "upstream" => {
            let input: Value = serde_json::from_slice(&vector.body).unwrap();
            must(vector.get("stdout").is_some() || document == input, format!("stdout is {shown}"));
            must(err.is_empty(), format!("stderr is {err:?}"));
        }
        kind => {
            let mut lines = err.lines().filter(|line| !line.contains(": warning: "));
            let line = lines.next().unwrap_or_default();
            must(line.starts_with("oktapipe ") && lines.next().is_none(), format!("not one line: {err:?}"));
            must(!shown.contains(CANARY), "a secret is in a failure".to_owned());
            let error = &document["_oktapipe"]["error"];
            let is_told = error["kind"] == kind && error["exit_code"] == wanted;
            must(stage == "export" || is_told, format!("the error is {error}"));
        }
    }
    if let Value::String(text) = vector.json("stdout") {
        must(shown == text, format!("stdout is {shown:?}"));
    }
    must(vector.get("says").is_none_or(|text| err.contains(&text)), format!("stderr is {err:?}"));
    for line in vector.all("member") {
        let (path, value) = line.split_once(' ').unwrap();
        let found = at(&document, path);
        must(found == Some(&serde_json::from_str(value).unwrap()), format!("{path} is {found:?}"));
    }
    for path in vector.all("absent") {
        must(at(&document, path).is_none(), format!("{path} is there"));
    }
    let requests = vector.get("requests").map(|count| count.parse::<usize>().unwrap());
    must(requests.is_none_or(|count| asked.len() == count), format!("{} requests were sent", asked.len()));
    for text in vector.all("unsent") {
        must(!asked.iter().any(|request| request.contains(text)), format!("{text} was sent"));
    }
    faults
}

#[test]
fn each_hostile_vector_has_the_outcome_that_it_names() {
    let vectors: Vec<(String, PathBuf)> = vectors().into_iter().collect();
    assert!(vectors.len() >= 1200, "{}", vectors.len());
    let home = std::env::temp_dir().join(format!("oktapipe-vectors-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get() * 2);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((name, file)) = vectors.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let vector = Vector::read(file);
                    let found = faults(&vector, &run(&vector, &home));
                    failed.lock().unwrap().extend(found.iter().map(|fault| format!("{name}: {fault}")));
                }
            });
        }
    });
    let left: Vec<_> = std::fs::read_dir(&home).unwrap().collect();
    std::fs::remove_dir_all(&home).unwrap();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(left.is_empty(), "files were written: {left:?}");
}

#[test]
fn each_group_of_vectors_has_good_ones_and_bad_ones() {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (name, file) in vectors() {
        let is_good = Vector::read(&file).get("exit").as_deref() == Some("0");
        counts.entry(name.split('/').next().unwrap().to_owned()).or_default()[usize::from(is_good)] += 1;
    }
    // A good org is one that its refusal spells right: to try it otherwise it would have to be asked. A good
    // profile would be written.
    let is_mixed = |(group, [bad, good]): (&String, &[usize; 2])| {
        *bad > 0 && (*good > 0 || ["orgs", "profiles"].contains(&group.as_str()))
    };
    assert!(counts.len() >= 9 && counts.iter().all(is_mixed), "{counts:?}");
}

#[test]
fn the_committed_vectors_are_what_the_script_writes() {
    if !crate::harness::has("python3") {
        return;
    }
    let checked = Command::new("python3")
        .args(["-B", "generate.py", "--check"])
        .current_dir(folder())
        .env("PATH", path())
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}
