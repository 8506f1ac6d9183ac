//! Answers that are spoiled on their way: what was asked has been done, and the bytes of the answer are not what HTTP wants.

use crate::exchange::Reply;
use std::time::Duration;

/// How an answer is spoiled.
#[derive(Debug, Clone)]
pub enum Tamper {
    /// Closed before the first byte.
    NoAnswer,
    /// Cut within the header lines.
    CutHead,
    /// Cut after so many bytes of the body.
    CutBody(usize),
    /// Cut in the middle of the body.
    CutHalf,
    /// Cut before the last byte of the body.
    CutLastByte,
    /// The length says more than comes.
    LongLength,
    /// The length says less than comes.
    ShortLength,
    /// Two lengths.
    TwoLengths,
    /// A length that is no number.
    BadLength,
    /// Chunks whose sizes are no numbers.
    ChunkGarbage,
    /// Chunks that break off.
    ChunkCut,
    /// Neither length nor chunks: the end of the connection is the end of the body, as HTTP allows.
    UntilClose,
    /// The same, cut in the middle without TLS's farewell, as an attacker on the way can.
    UntilCut,
    /// Two interim answers before the real one, as HTTP allows.
    Interim,
    /// Interim answers without end.
    InterimFlood,
    /// One byte at a time.
    Drip,
    /// The whole answer a second time, unasked.
    Twice,
    /// A body without end, in chunks.
    Endless,
    /// Something that is not HTTP.
    NotHttp,
    /// So many more cookies.
    Cookies(usize),
    /// A header line of so many bytes.
    LongHeader(usize),
    /// A header set, in place of the one that is there; an empty one is taken away.
    Header(&'static str, String),
    /// Another status; 204 and 304 lose the body.
    Status(u16),
    /// Another body.
    Body(Vec<u8>),
    /// The body in UTF-16, and called so.
    Utf16,
    /// A byte before the body's last that is no UTF-8.
    NotUtf8,
}

/// What is sent in place of an answer: pieces, each after a pause.
pub(crate) struct Script {
    pub(crate) pieces: Box<dyn Iterator<Item = (Duration, Vec<u8>)> + Send>,
    pub(crate) end: End,
}

/// How a script ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// In good order.
    Close,
    /// The TCP connection ends without TLS's farewell.
    Cut,
}

impl Script {
    fn of(pieces: impl IntoIterator<Item = Vec<u8>>, end: End) -> Script {
        let pieces: Vec<_> = pieces.into_iter().map(|piece| (Duration::ZERO, piece)).collect();
        Script { pieces: Box::new(pieces.into_iter()), end }
    }

    fn without_end(first: Vec<u8>, again: Vec<u8>) -> Script {
        let pieces = std::iter::once(first).chain(std::iter::repeat(again));
        Script { pieces: Box::new(pieces.map(|piece| (Duration::ZERO, piece))), end: End::Close }
    }
}

/// How an answer says where its body ends.
enum Length {
    Bytes(usize),
    Lines(&'static str),
}

fn head(reply: &Reply, length: Length) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Said\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match length {
        // The connection ends behind every answer that is sent by hand. Unsaid, that would be a race with the client's next request.
        Length::Bytes(bytes) => head.push_str(&format!("content-length: {bytes}\r\nconnection: close\r\n")),
        Length::Lines(lines) => head.push_str(lines),
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn replace(reply: &mut Reply, name: &str, value: &str) {
    reply.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    if !value.is_empty() {
        reply.headers.push((name.to_owned(), value.to_owned()));
    }
}

fn chunks(body: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::new();
    for part in body.chunks(1000) {
        chunks.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunks.extend_from_slice(part);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks
}

impl Tamper {
    /// The answer, spoiled.
    pub(crate) fn script(&self, mut reply: Reply) -> Script {
        let whole =
            |reply: &Reply| [head(reply, Length::Bytes(reply.body.len())), reply.body.clone()].concat();
        let cut = |mut bytes: Vec<u8>, length: usize| {
            bytes.truncate(length);
            Script::of([bytes], End::Cut)
        };
        let size = reply.body.len();
        let start = head(&reply, Length::Bytes(size)).len();
        match self {
            Tamper::NoAnswer => Script::of([], End::Close),
            Tamper::CutHead => cut(whole(&reply), start / 2),
            Tamper::CutBody(bytes) => cut(whole(&reply), start + bytes),
            Tamper::CutHalf => cut(whole(&reply), start + size / 2),
            Tamper::CutLastByte => cut(whole(&reply), start + size.saturating_sub(1)),
            Tamper::LongLength => {
                Script::of([head(&reply, Length::Bytes(size + 10)), reply.body], End::Close)
            }
            Tamper::ShortLength => {
                Script::of([head(&reply, Length::Bytes(size.saturating_sub(10))), reply.body], End::Close)
            }
            Tamper::TwoLengths => {
                let lines = Length::Lines("content-length: 5\r\ncontent-length: 7\r\n");
                Script::of([head(&reply, lines), reply.body], End::Close)
            }
            Tamper::BadLength => {
                Script::of([head(&reply, Length::Lines("content-length: many\r\n")), reply.body], End::Close)
            }
            Tamper::ChunkGarbage => {
                let lines = Length::Lines("transfer-encoding: chunked\r\n");
                Script::of([head(&reply, lines), b"zz\r\n".to_vec(), reply.body], End::Close)
            }
            Tamper::ChunkCut => {
                let lines = Length::Lines("transfer-encoding: chunked\r\n");
                Script::of([head(&reply, lines), chunks(&reply.body)], End::Close)
            }
            Tamper::UntilClose => {
                Script::of([head(&reply, Length::Lines("connection: close\r\n")), reply.body], End::Close)
            }
            Tamper::UntilCut => {
                let head = head(&reply, Length::Lines("connection: close\r\n"));
                reply.body.truncate(size / 2);
                Script::of([head, reply.body], End::Cut)
            }
            Tamper::Interim => {
                let interim =
                    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".to_vec();
                Script::of([interim, whole(&reply)], End::Close)
            }
            Tamper::InterimFlood => {
                Script::without_end(Vec::new(), b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100))
            }
            Tamper::Drip => {
                let bytes = whole(&reply).into_iter();
                Script {
                    pieces: Box::new(bytes.map(|byte| (Duration::from_millis(50), vec![byte]))),
                    end: End::Close,
                }
            }
            Tamper::Twice => Script::of([whole(&reply).repeat(2)], End::Close),
            Tamper::Endless => {
                let head = head(&reply, Length::Lines("transfer-encoding: chunked\r\n"));
                Script::without_end([head, chunks(&reply.body)].concat(), chunks(&[b' '; 8000]))
            }
            Tamper::NotHttp => Script::of([b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()], End::Close),
            Tamper::Cookies(count) => {
                for number in 0..*count {
                    reply
                        .headers
                        .push(("set-cookie".to_owned(), format!("c{number}=CANARY-{number}; Path=/")));
                }
                Script::of([whole(&reply)], End::Close)
            }
            Tamper::LongHeader(bytes) => {
                reply.headers.push(("x-long".to_owned(), "x".repeat(*bytes)));
                Script::of([whole(&reply)], End::Close)
            }
            Tamper::Header(name, value) => {
                replace(&mut reply, name, value);
                Script::of([whole(&reply)], End::Close)
            }
            Tamper::Status(status) => {
                reply.status = *status;
                match status {
                    204 | 304 => Script::of([head(&reply, Length::Lines(""))], End::Close),
                    _ => Script::of([whole(&reply)], End::Close),
                }
            }
            Tamper::Body(body) => {
                reply.body.clone_from(body);
                Script::of([whole(&reply)], End::Close)
            }
            Tamper::Utf16 => {
                let text = String::from_utf8_lossy(&reply.body).into_owned();
                reply.body =
                    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
                let kind = reply.headers.iter().find(|(name, _)| name == "content-type");
                let kind = kind.map(|(_, kind)| kind.split(';').next().unwrap_or_default().to_owned());
                replace(&mut reply, "content-type", &format!("{}; charset=utf-16", kind.unwrap_or_default()));
                Script::of([whole(&reply)], End::Close)
            }
            Tamper::NotUtf8 => {
                reply.body.insert(size.saturating_sub(1), 0xff);
                Script::of([whole(&reply)], End::Close)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(tamper: &Tamper) -> String {
        let reply = Reply::new(200, "application/json", "{\"a\": 1}");
        let pieces = tamper.script(reply).pieces.take(3).flat_map(|(_, bytes)| bytes).collect();
        String::from_utf8(pieces).unwrap()
    }

    #[test]
    fn what_is_spoiled_is_spoiled_where_it_says() {
        let whole = "HTTP/1.1 200 Said\r\ncontent-type: application/json\r\ncontent-length: 8\r\nconnection: close\r\n\r\n{\"a\": 1}";
        assert_eq!(sent(&Tamper::Status(200)), whole);
        assert_eq!(sent(&Tamper::CutLastByte), whole[..whole.len() - 1]);
        assert_eq!(sent(&Tamper::CutBody(2)), whole[..whole.len() - 6]);
        assert_eq!(sent(&Tamper::Twice), whole.repeat(2));
        assert!(
            sent(&Tamper::LongLength).ends_with("content-length: 18\r\nconnection: close\r\n\r\n{\"a\": 1}")
        );
        assert!(sent(&Tamper::ChunkCut).ends_with("chunked\r\n\r\n8\r\n{\"a\": 1}\r\n"));
        assert!(!sent(&Tamper::UntilClose).contains("content-length"));
    }
}
