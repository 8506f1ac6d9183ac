//! Where credentials come from: what is kept, while it is good; else what is kept before it, the assertion or the Okta session; else a sign-in.

use super::Failed;
use super::fresh::Demand;
use super::kept::Kept;
use super::people::Watched;
use super::turn::Many;
use super::walk::{Flags, World, to_credentials, to_form, to_roles};
use super::whose::{cache, list, owner, wish};
use crate::cli::{As, SignIn};
use crate::context::{Context, Profiles};
use crate::document::{Carry, Document};
use crate::error::{Error, Kind};
use crate::stage::{self, Output};
use crate::store::{Entry, Owner, Queue, Turn};
use crate::terminal::Nobody;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long renewing what is good still may take: whoever asked waits for it, with an answer at hand.
const UNASKED: Duration = Duration::from_secs(10);
/// For so long, in seconds, it is not tried again when it could not be done: in the last quarter of an hour botocore asks before each of its calls.
const AGAIN: i64 = 60;

/// A login, as it was asked for.
pub(crate) struct Source<'c, 'w> {
    context: &'c Context<'w>,
    flags: Flags,
    demand: Demand,
    /// Since when others are waited for.
    start: Cell<Instant>,
    /// How many roles the flags and the profile name.
    roles: usize,
    /// `None` if nothing shall be kept, or nobody knows yet whose it is.
    kept: Option<Kept<'c, 'w>>,
}

impl<'c, 'w> Source<'c, 'w> {
    /// Settles whose login it is. Asks for the name, if nothing gives it: what is kept is kept by name.
    ///
    /// # Errors
    /// `config` for a faulty configuration file; those of asking.
    pub(crate) fn new(
        context: &'c Context<'w>,
        sign_in: &SignIn,
        role: &As,
        demand: Demand,
    ) -> Result<Source<'c, 'w>, Failed> {
        // The first stage would have said so.
        let faulty = |error| Failed::at("authn", error);
        let profile = context.profile(&mut Carry::default()).map_err(faulty)?;
        let mut flags = Flags::new(sign_in, role);
        flags.saml_roles.remember |= profile.switch("remember");
        if demand == Demand::Process {
            let limit = demand.patience().as_secs();
            let timeout = &mut flags.factor_verify.factor.push_timeout;
            let given = timeout.or_else(|| profile.number("push-timeout"));
            *timeout = Some(given.map_or(limit, |given| given.min(limit)));
        }
        let kept = if sign_in.no_cache || profile.switch("no-cache") {
            None
        } else {
            let owner = owner(context, &sign_in.whose, sign_in.app.as_deref(), &profile).map_err(faulty)?;
            let owner = owner.map(|owner| {
                flags.authn.username = Some(owner.user.clone());
                Owner { role: wish(context, role, &profile), ..owner }
            });
            owner.and_then(|owner| Some(Kept::new(context, cache(context)?, owner)))
        };
        let roles = list(&role.role.role, &profile, "role").len();
        Ok(Source { context, flags, demand, start: Cell::new(Instant::now()), roles, kept })
    }

    /// Whether more than one role is named: each is meant then.
    pub(crate) fn is_of_many_roles(&self) -> bool {
        self.roles > 1
    }

    /// The same for each of the roles that are meant.
    #[must_use]
    pub(crate) fn each(mut self) -> Self {
        self.flags.saml_roles.each = true;
        self
    }

    /// The credentials that are kept, if they need nothing done. No network is used, and nobody is asked.
    pub(crate) fn fresh(&self) -> Option<Document> {
        let entry = self.held()?;
        let is_fresh = self.demand.is_fresh(&entry, self.context.clock.now(), std::process::id());
        is_fresh.then_some(entry.document)
    }

    fn held(&self) -> Option<Entry> {
        self.kept.as_ref()?.credentials()
    }

    /// Credentials of one role.
    ///
    /// # Errors
    /// Those of the stages; those of waiting for another process.
    pub(crate) async fn credentials(&self) -> Result<Document, Failed> {
        let Some(kept) = &self.kept else { return self.assume().await };
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let held = self.held().filter(|held| self.demand.is_usable(held, self.context.clock.now()));
        if let Some(held) = held {
            return Ok(self.silently(kept).await.unwrap_or(held.document));
        }
        // `serve` asks again after hours.
        self.start.set(Instant::now());
        self.many(kept).one(&kept.owner.lock(), || self.fresh(), self.assume()).await
    }

    /// Renews without a person, and without waiting for anybody: `None` if it cannot be had so.
    async fn silently(&self, kept: &Kept<'_, '_>) -> Option<Document> {
        let mut queue = Queue::new(&kept.cache, &kept.owner.lock()).ok()?;
        // Another one is at it, for all of us.
        let Ok(Turn::Lead(lead) | Turn::Failed(lead, _)) = queue.turn() else { return None };
        if let Some(fresh) = self.fresh() {
            return Some(fresh);
        }
        let since = |time: i64| self.context.clock.now() - time;
        if lead.last_unrenewed().is_some_and(|time| (0..AGAIN).contains(&since(time))) {
            return None;
        }
        lead.begin(self.context.clock.now());
        let nobody = Nobody { reader_is_gone: self.context.terminal.reader_is_gone() };
        let world = World { terminal: &nobody, ..World::new(self.context) };
        let result = tokio::time::timeout(UNASKED, self.renew(kept, &world)).await.ok().flatten();
        let now = self.context.clock.now();
        match &result {
            Some(_) => lead.end(now, None),
            None => lead.give_up(now),
        }
        result
    }

    async fn renew(&self, kept: &Kept<'_, '_>, world: &World<'_, '_>) -> Option<Document> {
        let form = match kept.form() {
            Some(form) => form,
            None => {
                let inner = world.before(&[kept.session()?]);
                match stage::saml_fetch::run(&self.flags.saml_fetch, &inner).await {
                    Ok(Output::Document(form)) if form.has("SAMLResponse") => {
                        kept.keep_form(&form);
                        form
                    }
                    // A step-up would need somebody.
                    Ok(_) => return None,
                    Err(error) => {
                        if error.kind() == Some(Kind::SessionExpired) {
                            kept.forget_session();
                        }
                        return None;
                    }
                }
            }
        };
        let roles = to_roles(&self.flags, world, &form).await.ok()?;
        let mut all = to_credentials(&self.flags, world, &roles).await.ok()?;
        let document = all.pop()?.ok()?;
        kept.keep_credentials(&document);
        Some(document)
    }

    /// Signs in, as far as that is needed, and assumes the role.
    async fn assume(&self) -> Result<Document, Failed> {
        let form = self.form().await?;
        let watched = Watched { terminal: self.context.terminal, has_chosen: Cell::new(false) };
        let world = World { terminal: &watched, ..World::new(self.context) };
        let roles = to_roles(&self.flags, &world, &form).await?;
        let mut all = to_credentials(&self.flags, &world, &roles).await?;
        let one = all
            .pop()
            .unwrap_or_else(|| Err(Error::new(Kind::Internal, "assume printed nothing", "report it")));
        let document = one.map_err(|error| Failed::at("assume", error))?;
        if let Some(kept) = &self.kept {
            // What was picked is kept as what it is: the next login with the same flags is asked again.
            match watched.has_chosen.get() {
                true => kept.keep_named(&document),
                false => kept.keep_credentials(&document),
            }
        }
        Ok(document)
    }

    /// Credentials of every role that is meant, each for itself. `admit` gets the number of roles before any is assumed.
    ///
    /// # Errors
    /// Those of the stages up to `saml-roles`, of `admit`, and of `assume` if there is one role only.
    pub(crate) async fn all(
        &self,
        admit: impl FnOnce(usize) -> Result<(), Error>,
    ) -> Result<Vec<Result<Document, Error>>, Failed> {
        let form = self.form().await?;
        let world = World::new(self.context);
        let roles = to_roles(&self.flags, &world, &form).await?;
        admit(roles.len())?;
        let all = to_credentials(&self.flags, &world, &roles).await?;
        if let Some(kept) = &self.kept {
            all.iter().flatten().for_each(|document| kept.keep_named(document));
        }
        Ok(all)
    }

    /// The roles that are offered, with the assertion: all of them, whatever the profile chooses; with the names of accounts, if that is wanted.
    ///
    /// # Errors
    /// Those of the stages up to `saml-roles`.
    pub(crate) async fn roles(mut self, aliases: bool) -> Result<Document, Failed> {
        self.flags.saml_roles.aliases = aliases;
        let form = self.form().await?;
        let nothing = Profiles::default();
        let world = World { profiles: &nothing, ..World::new(self.context) };
        to_roles(&self.flags, &world, &form)
            .await?
            .pop()
            .ok_or_else(|| Error::new(Kind::Internal, "saml-roles printed nothing", "report it").into())
    }

    /// The app's form: the one that is kept, else by the session that is kept, else by signing in. One of many does it.
    async fn form(&self) -> Result<Document, Failed> {
        let Some(kept) = &self.kept else { return self.sign_in(None).await };
        if let Some(form) = kept.form() {
            return Ok(form);
        }
        let work = async {
            match kept.session() {
                None => self.sign_in(None).await,
                session => match self.sign_in(session).await {
                    Err(failed) if failed.error.kind() == Some(Kind::SessionExpired) => {
                        kept.forget_session();
                        self.sign_in(None).await
                    }
                    result => result,
                },
            }
        };
        self.many(kept).one(&kept.owner.session().lock(), || kept.form(), work).await
    }

    async fn sign_in(&self, start: Option<Document>) -> Result<Document, Failed> {
        let keep = |session: &Document| self.kept.iter().for_each(|kept| kept.keep_session(session));
        let form = to_form(&self.flags, self.context, start, keep).await?;
        self.kept.iter().for_each(|kept| kept.keep_form(&form));
        Ok(form)
    }

    fn many<'a>(&'a self, kept: &'a Kept<'_, '_>) -> Many<'a, 'w> {
        Many::new(self.context, (&kept.cache, &kept.owner.app), self.demand, self.start.get())
    }
}
