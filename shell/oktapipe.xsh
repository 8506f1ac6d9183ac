# oktapipe.xsh: aliases for xonsh 0.13 and later.
#
#   exec($(oktapipe init xonsh))          in ~/.xonshrc
#
# or this file as it is: exec(open('oktapipe.xsh').read()). `source` and execx() do too, but xonsh's own parser takes 200 ms for what is plain
# Python, and exec() 2. oktapipe-init(1) says what the aliases take and give: oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop,
# oktapipe_warn.
#
# How it is built, each for a reason:
#   - The variables come as JSON and are set one by one: nothing is evaluated, so there is nothing to quote.
#   - PIPELINE is code for sh, and a process of Python's runs it, not xonsh: it keeps the terminal, which a pipe of xonsh may lose, and no
#     alias takes part.
#   - All within a function, so that of names nothing stays but the aliases and _oktapipe_warn.


def _oktapipe_init():
    import json
    import subprocess
    import sys
    import time

    from xonsh.built_ins import XSH
    from xonsh.tools import unthreadable

    # The way to a list of roles, unless $OKTAPIPE_LOGIN holds another.
    default_login = "oktapipe roles --remember"
    keys = ("AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION"
            " AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH").split()
    env = XSH.env
    # What was said of which role.
    warned = []

    def get(name, otherwise=""):
        return str(env.get(name, otherwise))

    def say(stderr, text):
        print(text, file=stderr or sys.stderr, flush=True)

    def take(pipeline, options):
        label = get("OKTAPIPE_LABEL", "AWS_VAULT")
        code = 'pipeline=$1; shift; sh -c "$pipeline" | oktapipe export --format=nushell "$@"'
        command = ["sh", "-c", code, "oktapipe_eval", pipeline] + (["--label=" + label] if label else []) + options
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, env=env.detype())
        except FileNotFoundError:
            return 127
        for name, value in json.loads(done.stdout or "{}").items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
        # Python's number of a signal is negative.
        return done.returncode if done.returncode >= 0 else 128 - done.returncode

    @unthreadable
    def oktapipe_eval(args, stdin=None, stdout=None, stderr=None):
        if not args or not args[0].strip():
            say(stderr, "oktapipe_eval: no pipeline was given: write it as one word, in quotes")
            return 2
        return take(args[0], args[1:])

    @unthreadable
    def oktapipe_role(args, stdin=None, stdout=None, stderr=None):
        role = ""
        if args and not args[0]:
            # A script's empty variable shall not become a question.
            say(stderr, "oktapipe_role: the role is empty: leave it out to be asked")
            return 2
        if args and not args[0].startswith("-"):
            role, args = " '--role=" + args[0].replace("'", "'\\''") + "'", args[1:]
        login = "'" + (get("OKTAPIPE_LOGIN") or default_login).replace("'", "'\\''") + "'"
        return take("sh -c " + login + " | oktapipe assume" + role, args)

    def left():
        end = get("OKTAPIPE_EXPIRES_EPOCH")
        return int(end) - int(time.time()) if end.isascii() and end.isdigit() else None

    @unthreadable
    def oktapipe_who(args, stdin=None, stdout=None, stderr=None):
        if not get("AWS_ACCESS_KEY_ID"):
            say(stderr, "oktapipe_who: no role is set: oktapipe_role sets one")
            return 1
        role = get("OKTAPIPE_ROLE") or "unknown role"
        region = get("AWS_REGION") or get("AWS_DEFAULT_REGION") or "no region"
        seconds = left()
        if seconds is not None and seconds <= 0:
            say(stderr, f"oktapipe_who: {role} has ended: oktapipe_role renews it")
            return 1
        end = "end unknown" if seconds is None else f"{seconds // 60} min left"
        print(f"{role}, {region}, {end}", file=stdout or sys.stdout, flush=True)
        return 0

    @unthreadable
    def oktapipe_drop(args, stdin=None, stdout=None, stderr=None):
        # Only a label that is ours: aws-vault's own AWS_VAULT is not.
        label = get("OKTAPIPE_LABEL", "AWS_VAULT")
        if label and get("OKTAPIPE_ROLE") and get(label) == get("OKTAPIPE_ROLE"):
            env.pop(label, None)
        for name in keys:
            env.pop(name, None)
        warned.clear()
        return 0

    # Once when five minutes are left, once when none is.
    def warn(stderr=None):
        seconds = left()
        said = [get("OKTAPIPE_EXPIRES_EPOCH"), seconds is not None and seconds > 0]
        if seconds is None or seconds > 300 or said == warned:
            return
        warned[:] = said
        role = get("OKTAPIPE_ROLE") or "the role"
        if seconds > 0:
            say(stderr, f"oktapipe: {role} ends in {(seconds + 59) // 60} min: oktapipe_role renews it")
        else:
            say(stderr, f"oktapipe: {role} has ended: oktapipe_role renews it, oktapipe_drop forgets it")

    @unthreadable
    def oktapipe_warn(args, stdin=None, stdout=None, stderr=None):
        before = int(get("LAST_RETURN_CODE", 0) or 0)
        warn(stderr)
        return before

    for alias in (oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop, oktapipe_warn):
        XSH.aliases[alias.__name__] = alias
    return warn


_oktapipe_warn = _oktapipe_init()
del _oktapipe_init


# The hook. It is known by its name, so that it is not there twice: what is defined again is another function.
def _oktapipe_hook(warn):
    from xonsh.events import events

    def oktapipe_prompt(**_):
        warn()

    for hook in list(events.on_pre_prompt):
        if getattr(hook, "__name__", "") == "oktapipe_prompt":
            events.on_pre_prompt.discard(hook)
    events.on_pre_prompt(oktapipe_prompt)


_oktapipe_hook(_oktapipe_warn)
del _oktapipe_hook
