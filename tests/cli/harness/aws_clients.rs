//! AWS's own clients: the CLI and the SDKs, as programs that say who they are by their default chain of credentials.
//!
//! `.ci/run` installs the SDK for JavaScript into `$OKTAPIPE_TOOLS` as it does the clients of `clients.rs`; boto3 comes with moto; the SDK for Rust is
//! an example of the package.

use super::{Case, Clock, Outcome, Running, World, built, has_all, installed, patiently};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AwsClient {
    Boto3,
    Cli,
    JavaScript,
    Rust,
}
use AwsClient::{Boto3, Cli, JavaScript, Rust};

impl AwsClient {
    pub const ALL: [AwsClient; 4] = [Boto3, Cli, JavaScript, Rust];
    /// Those that can be part of a program that runs on.
    pub const SDKS: [AwsClient; 3] = [Boto3, JavaScript, Rust];
}

/// The clients, with their programs in a world's home.
pub struct AwsClients {
    modules: String,
    rust: String,
}

impl AwsClients {
    /// `None` where one of them is missing.
    pub fn new(world: &World) -> Option<AwsClients> {
        if !has_all(&["aws", "node", "python3"]) {
            return None;
        }
        let modules = installed("aws-sdk-js/node_modules/@aws-sdk/client-sts")?;
        let modules = modules.ancestors().nth(2)?.display().to_string();
        let rust = built("aws-sdk-rust")?.display().to_string();
        for (name, text) in [
            ("identity.py", include_str!("../clients/boto3/identity.py")),
            ("turns.py", include_str!("../clients/boto3/turns.py")),
            ("identity.cjs", include_str!("../clients/aws-sdk-js/identity.cjs")),
            ("turns.cjs", include_str!("../clients/aws-sdk-js/turns.cjs")),
        ] {
            std::fs::write(world.home.join(name), text).unwrap();
        }
        Some(AwsClients { modules, rust })
    }

    /// The command of sh by which a client prints its ARN.
    pub fn identity(&self, client: AwsClient) -> &str {
        match client {
            Boto3 => "python3 identity.py",
            Cli => "aws sts get-caller-identity --output text --query Arn",
            JavaScript => "node identity.cjs",
            Rust => &self.rust,
        }
    }

    /// A case in which the clients find what they need.
    pub fn serve(&self, case: Case) -> Case {
        case.env("NODE_PATH", &self.modules)
    }

    /// Starts a program that runs on, in a script of sh that ends in its command; it waits for its first turn.
    pub fn start<'w>(
        &self,
        client: AwsClient,
        world: &'w World,
        clock: &Clock,
        script: impl FnOnce(&str) -> Case,
    ) -> Turns<'w> {
        let program = match client {
            Boto3 => "python3 turns.py",
            JavaScript => "node turns.cjs",
            Rust => &self.rust,
            Cli => panic!("the AWS CLI does not run on"),
        };
        // It waits for each turn by a fifo: a sleep would last as long as the clock jumps.
        let fifos = TURNS.map(|turn| format!("{client:?}-{turn}")).join(" ");
        let case = script(&format!("mkfifo {fifos} && exec {program} {fifos} 2>{client:?}-said"));
        let running = clock.rules(self.serve(case)).start();
        let last = world.home.join(format!("{client:?}-third"));
        patiently("the turns", || last.exists().then_some(()));
        Turns { client, world, running }
    }
}

const TURNS: [&str; 3] = ["first", "second", "third"];

/// A program that runs on, and says who it is in three turns.
#[must_use = "it is still running"]
pub struct Turns<'w> {
    client: AwsClient,
    world: &'w World,
    running: Running,
}

impl Turns<'_> {
    /// Lets it ask, and waits for its answer.
    #[track_caller]
    pub fn turn(&self, name: &str) {
        let file = |name: &str| self.world.home.join(format!("{:?}-{name}", self.client));
        std::fs::write(file(name), "").unwrap();
        let done = file(&format!("{name}.done"));
        patiently(&format!("the {name} turn of {:?}", self.client), || {
            let said = std::fs::read_to_string(file("said")).unwrap_or_default();
            assert!(!said.contains("Error"), "{:?}: {said}", self.client);
            done.exists().then_some(())
        });
    }

    /// The access keys of its three turns, each of which was `arn`.
    #[track_caller]
    pub fn keys(self, arn: &str) -> [String; 3] {
        let outcome: Outcome = self.running.end().succeeds();
        let keys: Vec<String> = outcome
            .stdout
            .lines()
            .filter_map(|line| Some(line.strip_suffix(arn)?.strip_suffix(' ')?.to_owned()))
            .collect();
        keys.try_into().unwrap_or_else(|_| panic!("not {arn} at each turn: {outcome}"))
    }
}
