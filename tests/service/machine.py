"""A Debian 12 with systemd as its first process, in a container of systemd-nspawn, for one story or a few.

The base tree is made once by debootstrap and kept under build/; each machine writes to a layer of its own on top of it.
"""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("ROLLOUTD_SERVICE_CACHE", ROOT / "build/service"))
PACKAGES = pathlib.Path(os.environ.get("ROLLOUTD_PACKAGES", ROOT / "build/packages"))
MIRROR = os.environ.get("ROLLOUTD_MIRROR", "http://deb.debian.org/debian")

# What a server has anyway; what the packages depend on comes on top of it.
SERVER = ["systemd", "systemd-sysv", "dbus", "libnss-systemd", "init-system-helpers", "perl-base", "apt"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CannotRun(Exception):
    """This machine cannot boot another; says why."""


def wait_until(question, seconds=30, what="it", every=0.1):
    """Asks again and again until the answer is true, and returns it; fails the test when it never is."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(every)


def package_file(name):
    found = sorted(PACKAGES.glob(f"{name}_*.deb"))
    if not found:
        raise CannotRun(f"there is no package {name} in {PACKAGES}: scripts/package builds it")
    return found[-1]


def dependencies(package):
    """The names of what a package file depends on; of alternatives the first."""
    text = subprocess.run(["dpkg-deb", "--field", package, "Depends"], capture_output=True, text=True,
                          check=True).stdout
    names = [part.strip().split("|")[0].split()[0].split(":")[0] for part in text.split(",") if part.strip()]
    return [name for name in names if not name.startswith("rolloutd")]


def why_not():
    """Why no machine can be booted here; "" if it can."""
    if os.geteuid() != 0:
        return "it needs root to boot a container"
    missing = [tool for tool in ("debootstrap", "systemd-nspawn", "nsenter", "dpkg-deb") if not shutil.which(tool)]
    if missing:
        return f"{', '.join(missing)} not found: scripts/setup service installs it"
    try:
        package_file("rolloutd"), package_file("rolloutd-sim")
    except CannotRun as problem:
        return str(problem)
    return ""


def base_tree():
    """The folder of a Debian 12 with everything but the project's own packages; made where it is not there."""
    wanted = sorted(set(SERVER + dependencies(package_file("rolloutd")) + dependencies(package_file("rolloutd-sim"))))
    folder = CACHE / ("base-" + hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:12])
    if (folder / "complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    print("service: making a Debian 12 (a minute, once)", flush=True)
    log = CACHE / "debootstrap.log"
    inside = ["chroot", folder, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    steps = [["debootstrap", "--variant=minbase", "--include=" + ",".join(SERVER), "bookworm", folder, MIRROR],
             # debootstrap knows no names that only stand for others; apt does.
             [*inside, "install", "-y", "--no-install-recommends", *wanted],
             [*inside, "clean"]]
    with open(log, "wb") as output:
        for step in steps:
            if subprocess.run(step, stdout=output, stderr=output, check=False).returncode != 0:
                raise CannotRun(f"making a Debian 12 failed: {log} has its output")
    (folder / "etc/machine-id").write_text("")
    (folder / "complete").write_text("")
    return folder


class Machine:
    """Boots at the start of a `with`, and is gone at its end."""

    def __init__(self, name):
        self.name = f"rolloutd-{name}-{os.getpid()}"
        self.layers = None
        self.process = None
        self.leader = None
        self.mounted = False

    def __enter__(self):
        base = base_tree()
        self.layers = pathlib.Path(tempfile.mkdtemp(prefix="machine-", dir=CACHE))
        self.root = self.layers / "root"
        for part in ("upper", "work", "root"):
            (self.layers / part).mkdir()
        options = f"lowerdir={base},upperdir={self.layers}/upper,workdir={self.layers}/work"
        mounted = subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", self.root], capture_output=True,
                                 check=False)
        self.mounted = mounted.returncode == 0
        if not self.mounted:
            self.root.rmdir()
            subprocess.run(["cp", "-a", "--reflink=auto", base, self.root], check=True)
        try:
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.mounted:
            subprocess.run(["umount", "--lazy", self.root], check=False)
        shutil.rmtree(self.layers, ignore_errors=True)

    def boot(self):
        self.console = open(self.layers / "console.log", "wb")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--directory", self.root, "--register=no", "--keep-unit", "--boot",
             "--private-network", f"--machine={self.name}", "--console=pipe", "--link-journal=no"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)
        self.leader = wait_until(self.first_process, 20, "the container's first process")
        wait_until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip()
                   in ("running", "degraded"), 60, "the machine to be up")

    def first_process(self):
        if self.process.poll() is not None:
            said = (self.layers / "console.log").read_text(errors="replace")[-2000:]
            raise CannotRun(f"systemd-nspawn ended with {self.process.returncode}: {said.strip()}")
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        # The first child may still be on its way into its namespaces.
        for child in children:
            grown = pathlib.Path(f"/proc/{child}/comm")
            if grown.exists() and grown.read_text().strip() == "systemd":
                return int(child)
        return None

    def run(self, *command, check=True, timeout=90, stdin=None, cwd="/srv"):
        """Runs a command in the machine, as root; `command` may be one string for its shell."""
        if len(command) == 1 and isinstance(command[0], str):
            command = ("sh", "-c", command[0])
        done = subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "--wdns=" + cwd,
             "env", "-i", "PATH=" + PATH, "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
             "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=", *map(str, command)],
            capture_output=True, text=True, errors="replace", timeout=timeout, check=False, input=stdin)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
                                 f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    def out(self, *command, **options):
        return self.run(*command, **options).stdout.strip()

    def path(self, inside):
        """A file of the machine, as this side sees it."""
        return self.root / str(inside).lstrip("/")

    def write(self, inside, text, mode=0o644):
        file = self.path(inside)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def shows(self, unit, what):
        """A property of a unit, as systemctl shows it."""
        return self.out("systemctl", "show", "--value", "--property", what, unit)
