//! Our own code, read back.

use super::*;
use proptest::prelude::*;
use secrecy::ExposeSecret;

/// The statements, written again.
fn written(statements: &[Statement]) -> String {
    let mut script = Script::new(Dialect::Sh);
    let mut code = None;
    for statement in statements {
        match statement {
            Statement::Unset(names) => {
                script.unset(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            }
            Statement::Export(name, value) => {
                script.export(name, value.expose_secret()).unwrap();
            }
            Statement::Exit(exit_code) => code = Some(*exit_code),
        }
    }
    match code {
        Some(code) => script.failing(code),
        None => script.into_code(),
    }
}

#[test]
fn what_a_script_writes_is_read() {
    let mut script = Script::for_credentials(Dialect::Sh);
    script.export("A", "it's").unwrap().export("B", "").unwrap().export("C", "\u{1b} $x").unwrap();
    let code = script.into_code();
    assert_eq!(written(&read(&code).unwrap()), code);
    assert!(is_code(code.as_bytes()));
    assert!(matches!(read("(exit 77)\n").unwrap().as_slice(), [Statement::Exit(77)]));
    assert!(matches!(
        read("unset A\n(exit 2)").unwrap().as_slice(),
        [Statement::Unset(_), Statement::Exit(2)]
    ));
}

#[test]
fn code_is_told_by_its_first_word_and_its_blank() {
    for text in ["unset A", "export A='b'\n", "(exit 77)\n", "export "] {
        assert!(is_code(text.as_bytes()), "{text}");
    }
    for text in ["", "unset", "exports A", "(exit)", " export A", "{\"a\":1}", "PD94", "<p>", "Export A"] {
        assert!(!is_code(text.as_bytes()), "{text}");
    }
}

#[test]
fn no_other_code_is_read() {
    for text in [
        "",
        "\n",
        "export A=b\n",
        "export A=\"b\"\n",
        "export A='b' \n",
        "export A='b';\n",
        "export A='b'; id\n",
        "export A='b' B='c'\n",
        "export  A='b'\n",
        " export A='b'\n",
        "export A='b'\n\n",
        "export A='b'\r\n",
        "export A='b'# c\n",
        "export A='b''c'\n",
        "export A='b'\\'\n",
        "export A='b'\\''c\n",
        "export A='b\nexport B='c'\n",
        "export A='\n",
        "export A=''\\\\''x'\n",
        "export 1A='b'\n",
        "export A$(id)='b'\n",
        "export -n A='b'\n",
        "unset\n",
        "unset \n",
        "unset A  B\n",
        "unset -f A\n",
        "unset A;id\n",
        "(exit 0)\n",
        "(exit 256)\n",
        "(exit 077)\n",
        "(exit +7)\n",
        "(exit 7);\n",
        "(exit 7)\nexport A='b'\n",
        "(exit $(id))\n",
        "exit 7\n",
        "# comment\n",
    ] {
        assert!(read(text).is_none(), "{text:?}");
    }
}

/// A line, near enough to ours that chance makes both.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "unset [A-B]{1,2}( [A-B]{1,2}){0,2}",
        "export [A-B]{1,2}='([a-b\\\\ $;]|'\\\\''){0,6}'",
        "export [A-B1 ]{1,2}=['\"]?[a-b'\\\\]{0,4}['\"]?",
        "\\(exit [0-9]{1,3}\\)",
        "[a-z '=\\\\();$]{0,12}",
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(values in proptest::collection::vec("[^\0\r\n]*", 0..4), exit_code in 0_u8..) {
        let mut script = Script::for_credentials(Dialect::Sh);
        for (number, value) in values.iter().enumerate() {
            script.export(&name_of(number), value).unwrap();
        }
        let code = if exit_code > 0 { script.failing(exit_code) } else { script.into_code() };
        prop_assert_eq!(written(&read(&code).unwrap()), code);
    }

    /// So an accepted text holds nothing but lines of ours.
    #[test]
    fn what_is_read_is_what_would_be_written(lines in proptest::collection::vec(line(), 1..4)) {
        let text = lines.join("\n") + "\n";
        if let Some(statements) = read(&text) {
            prop_assert_eq!(written(&statements), text);
        }
    }
}
