//! Accounts that a page names have ids and aliases by IAM's rules, and, written as the other shape of the page, are read back as they were.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::alias::{ACCOUNTS, AccountPage, is_account, is_alias, read};

fuzz_target!(|html: &[u8]| {
    let Ok(AccountPage::Accounts(accounts)) = read(html) else { return };
    assert!(!accounts.is_empty() && accounts.len() <= ACCOUNTS);
    let mut page = String::new();
    for account in &accounts {
        assert!(is_account(&account.id) && account.alias.as_deref().is_none_or(is_alias));
        let name = match &account.alias {
            Some(alias) => format!("{alias} ({})", account.id),
            None => account.id.clone(),
        };
        page += &format!("<div class=\"saml-account-name\">Account: {name}</div>");
    }
    assert_eq!(read(page.as_bytes()).expect("a page of ours"), AccountPage::Accounts(accounts));
});
