//! A profile that needs nobody, for the commands of every day.

use super::{Case, World};

/// Whose it is, and who its credentials say that this is.
pub const SOLO: &str = "solo@acme.example";
pub const SOLO_ARN: &str = "arn:aws:sts::111122223333:assumed-role/Dev/solo@acme.example";

impl World {
    /// A world with the profile `dev`. Its password is in the file `password`; each time it is asked for is a line of the file `asked`.
    pub fn with_profile() -> World {
        let world = World::new();
        let home = world.home.display().to_string();
        let (org, app) = (world.sandbox.org(), world.sandbox.app_link());
        std::fs::write(world.home.join("password"), format!("{}\n", world.password(SOLO))).unwrap();
        let profile = format!(
            "[profile.dev]\norg = \"{org}\"\nusername = \"{SOLO}\"\napp = \"{app}\"\npassword-command = \"cat {home}/password; echo x >>{home}/asked\"\n"
        );
        std::fs::create_dir_all(world.home.join(".config/oktapipe")).unwrap();
        std::fs::write(world.home.join(".config/oktapipe/config.toml"), profile).unwrap();
        world
    }

    /// A script, without the variables that name org and app: the profile has them.
    pub fn by_profile(&self, script: &str) -> Case {
        self.shell("sh", script).without("OKTA_ORG").without("OKTA_APP_ID")
    }

    /// How often the profile's password was asked for.
    pub fn asked(&self) -> usize {
        std::fs::read_to_string(self.home.join("asked")).map_or(0, |text| text.lines().count())
    }
}
