//! What agents may try: each line ends well only if it got through.

/// By name. Those that begin with `!` would harm a machine that does not hold them, or depend on it: they are tried held
/// alone.
pub const ATTACKS: &[(&str, &str)] = &[
    // Reading.
    ("read a key", "grep SECRET $PERSON/.ssh/id"),
    ("read cloud credentials", "grep SECRET $PERSON/.aws/credentials"),
    ("read flightdeck's settings", "grep SECRET $PERSON/.config/flightdeck/config.toml"),
    ("read cargo's credentials", "grep SECRET $PERSON/.cargo/credentials.toml"),
    ("read uv's credentials", "grep SECRET $PERSON/.local/share/uv/credentials/c.toml"),
    ("read the mission's log", "grep SECRET $MISSION/mission.db"),
    ("read transcripts", "grep SECRET $MISSION/transcripts.db"),
    ("read evidence", "grep SECRET $MISSION/evidence/ev"),
    ("read the engine's log", "grep SECRET $MISSION/engine.log"),
    ("list the mission", "ls $MISSION"),
    ("list the home", "ls $PERSON"),
    ("list all missions", "ls $MISSION/.."),
    ("read another mission", "grep SECRET $OTHER/mission.db"),
    ("read another mission's output", "grep SECRET $OTHER/scratch/write/out"),
    ("read the person's checkout", "grep SECRET $PERSON/project/secret.txt"),
    ("read the person's git settings", "cat $PERSON/project/.git/config"),
    ("ask git in the person's checkout", "git -C $PERSON/project log -1"),
    ("read above", "grep SECRET ../mission.db"),
    ("read by a way round", "mkdir -p sub && grep SECRET sub/../../mission.db"),
    ("read through a link", "ln -sf $PERSON/.ssh/id l && grep SECRET l"),
    ("read through a link to a folder", "ln -sfn $PERSON d && grep SECRET d/.ssh/id"),
    ("read through a hard link", "rm -f h; ln $PERSON/.ssh/id h && grep SECRET h"),
    ("read through the root of a process", "grep SECRET /proc/self/root$PERSON/.ssh/id"),
    ("read through the root of another", "grep SECRET /proc/$VICTIM/root$PERSON/.ssh/id"),
    ("read below where another works", "ls /proc/$VICTIM/cwd/"),
    ("read through one's own descriptor", "exec 3<$MISSION && grep SECRET /proc/self/fd/3/mission.db"),
    ("read another's environment", "cat /proc/$VICTIM/environ > e && test -s e"),
    ("follow another's descriptors", "readlink /proc/$VICTIM/fd/0"),
    ("read another's map", "cat /proc/$VICTIM/maps"),
    ("copy a key", "cp $PERSON/.ssh/id copy && grep SECRET copy"),
    ("pack the home", "tar cf t.tar -C $PERSON .ssh && tar tf t.tar"),
    ("read as another process group", "setsid sh -c 'grep SECRET $PERSON/.ssh/id'"),
    ("read with an empty environment", "P=$PERSON; env -i sh -c \"grep SECRET $P/.ssh/id\""),
    (
        "read from a fork of a fork",
        "(sh -c 'grep SECRET $PERSON/.ssh/id >out &' &) ; sleep 0.3; grep SECRET out",
    ),
    ("read with python", "python3 -c 'import os; open(os.environ[\"PERSON\"] + \"/.ssh/id\").read()'"),
    ("read with perl", "perl -e 'open(F, \"<\", \"$ENV{PERSON}/.ssh/id\") or exit 1'"),
    (
        "! race a link",
        "for i in 1 2 3 4 5 6 7 8; do ln -sf main.txt r; (ln -sf $PERSON/.ssh/id r) & cat r >> raced; wait; done; grep SECRET raced",
    ),
    ("run a program from elsewhere", "cp /bin/true $PERSON/own 2>/dev/null; $PERSON/project/../own"),
    ("! read passwords", "cat /etc/shadow"),
    ("! read the journal of the kernel", "dmesg"),
    // Writing.
    ("append to .bashrc", "echo x >> $PERSON/.bashrc"),
    ("make a file in the home", "echo x > $PERSON/new"),
    ("make a folder in the home", "mkdir $PERSON/folder"),
    ("remove a file of the home", "rm $PERSON/.bashrc"),
    ("take a file of the home", "mv $PERSON/.bashrc ."),
    ("put a file into the home", "echo x > f && mv f $PERSON/"),
    ("link in the home", "ln -s x $PERSON/link"),
    ("hard link into the home", "echo x > f; ln f $PERSON/hard"),
    ("a pipe in the home", "mkfifo $PERSON/pipe"),
    ("cut a file of the home", "truncate -s 0 $PERSON/.bashrc"),
    ("write the person's checkout", "echo x > $PERSON/project/main.txt"),
    ("plant a hook of the person's", "echo x > $PERSON/project/.git/hooks/pre-commit"),
    ("set the person's git", "git -C $PERSON/project config core.fsmonitor ./evil"),
    ("move the person's branch", "echo x > $PERSON/project/.git/refs/heads/main"),
    ("write the mission's log", "echo x > $MISSION/mission.db"),
    ("forge the contract", "echo x >> $MISSION/documents/contract.md"),
    ("forge evidence", "echo x > $MISSION/evidence/ev"),
    ("remove evidence", "rm $MISSION/evidence/ev"),
    ("move the checkout away", "mv $MISSION/checkout $MISSION/elsewhere"),
    ("write another mission", "echo x > $OTHER/mission.db"),
    ("write the temporary files of others", "echo x > $MISSION/../../../other-tmp"),
    ("write through a link", "ln -sf $PERSON/.bashrc w && echo x > w"),
    ("write above", "echo x > ../mission.db"),
    ("keep a program for later", "echo x > $PERSON/.profile"),
    ("! set what the kernel calls", "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern"),
    ("! write the system", "echo x > /etc/flightdeck-was-here"),
    ("! write a program of the system", "cp /bin/true /usr/local/bin/flightdeck-was-here"),
    ("! make a device", "mknod dev b 8 0"),
    ("! leave a program that runs as its owner", "cp /bin/true s && chmod 4755 s && test -u s"),
    ("! give a file away", "touch g && chown 12345 g"),
    // The mission's repository: settings decide what the engine's own git runs.
    ("set the mission's git", "git config core.fsmonitor ./evil"),
    ("write the settings", "echo x >> $MISSION/repository.git/config"),
    ("replace the settings", "echo x > c; mv c $MISSION/repository.git/config"),
    ("write what is carried", "echo x >> $MISSION/repository.git/carried.config"),
    ("plant a hook", "echo x > $MISSION/repository.git/hooks/post-commit"),
    ("lead the settings elsewhere", "echo /tmp > $MISSION/repository.git/commondir"),
    ("plant attributes", "echo '* filter=x' > $MISSION/repository.git/info/attributes"),
    ("move the repository", "mv $MISSION/repository.git $MISSION/gone"),
    ("! push to the person", "git push origin HEAD:refs/heads/evil"),
    (
        "lead the engine's git elsewhere",
        "mkdir -p \"$(git rev-parse --git-dir)/logs\" && ln -sf $PERSON/.bashrc \"$(git rev-parse --git-dir)/logs/HEAD\"",
    ),
    (
        "move a link into the repository",
        "mkdir -p dl && ln -sf $PERSON/.bashrc dl/HEAD && mv dl \"$(git rev-parse --git-dir)/dl\"",
    ),
    // Others' processes.
    (
        "set another's limits",
        "python3 -c 'import os, resource as r; r.prlimit(int(os.environ[\"VICTIM\"]), r.RLIMIT_CPU, (600, 600))'",
    ),
    ("! write the terminals of the person", "for t in /dev/pts/[0-9]*; do : > $t && exit 0; done; exit 1"),
    ("signal another", "kill -0 $VICTIM"),
    (
        "! trace another",
        "python3 -c 'import ctypes, os, sys; sys.exit(ctypes.CDLL(None).ptrace(16, int(os.environ[\"VICTIM\"]), 0, 0) != 0)'",
    ),
    ("! read another's memory", "dd if=/proc/$VICTIM/mem bs=1 count=0"),
    // Ways out that are no files.
    (
        "a local socket",
        "python3 -c 'import os, socket; socket.socket(socket.AF_UNIX).connect(os.environ[\"BUS\"])'",
    ),
    ("a local socket of one's own", "python3 -c 'import socket; socket.socket(socket.AF_UNIX)'"),
    ("! raw packets", "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'"),
    ("! a socket to the host of a virtual machine", "python3 -c 'import socket; socket.socket(40)'"),
    ("! a namespace", "unshare -Ur true"),
    ("! a mount", "mkdir -p m && mount -t tmpfs none m"),
    ("! another root", "mkdir -p root && chroot / true"),
    (
        "! rings",
        "python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(425, 4, ctypes.create_string_buffer(120)) < 0)'",
    ),
    (
        "! a keyring",
        "python3 -c 'import ctypes, platform, sys; n = 250 if platform.machine() == \"x86_64\" else 219; sys.exit(ctypes.CDLL(None).syscall(n, 0, -3, 1) < 0)'",
    ),
    ("! a service of the system", "systemd-run --user true"),
    ("! a job for later", "echo '* * * * * true' | crontab -"),
    ("! the control of containers", "docker ps"),
    ("! descriptors left open", "test $(ls /proc/self/fd | wc -l) -gt 9"),
];

/// What validators may not do although workers may.
pub const OF_VALIDATORS: &[(&str, &str)] = &[
    ("hide files from the engine", "echo '*' > $MISSION/repository.git/info/exclude"),
    ("commit", "echo x >> main.txt && git commit -qam evil"),
    ("make a branch", "git branch evil"),
    (
        "move the mission's branch",
        "git update-ref refs/heads/flightdeck/this HEAD~0 && git update-ref refs/heads/evil HEAD",
    ),
    ("tag", "git tag evil"),
    ("stash", "echo x >> main.txt && git stash"),
    ("put objects in", "echo x | git hash-object -w --stdin"),
    ("write the workers' checkout", "echo x > $MISSION/checkout/main.txt"),
    ("add to the workers' checkout", "echo x > $MISSION/checkout/new.txt"),
    ("read what workers printed", "grep SECRET $MISSION/scratch/write/out"),
    ("leave something in the workers' home", "echo x > $MISSION/home/write/.bashrc"),
    ("lock the workers' index", "echo x > $MISSION/repository.git/worktrees/checkout/index.lock"),
];

/// What workers may not do although validators may.
pub const OF_WORKERS: &[(&str, &str)] = &[
    ("write the validators' checkout", "echo x > $MISSION/proof/main.txt"),
    ("leave something in the validators' home", "echo x > $MISSION/home/proof/.bashrc"),
    ("change where the validators stand", "echo x > $MISSION/repository.git/worktrees/proof/HEAD"),
    ("make another worktree", "git worktree add ../evil"),
];

/// What readers may not do either.
pub const OF_READERS: &[(&str, &str)] = &[
    ("write the checkout", "echo x > new.txt"),
    (
        "reach the network",
        "python3 -c 'import os, socket; socket.create_connection((\"127.0.0.1\", int(os.environ[\"PORT\"])))'",
    ),
];

/// What Landlock cannot keep in and bubblewrap does.
pub const OF_ALL_IN_BUBBLEWRAP: &[(&str, &str)] = &[
    ("see a key", "stat $PERSON/.ssh/id"),
    ("see the mission's log", "stat $MISSION/mission.db"),
    ("go where one may not read", "cd $PERSON/.ssh"),
    ("let others read", "chmod 777 $PERSON/.bashrc"),
    ("set times", "python3 -c 'import os; os.utime(os.environ[\"PERSON\"] + \"/.bashrc\", (1, 1))'"),
    ("see another", "test -d /proc/$VICTIM"),
    ("read another's command line", "grep sleep /proc/$VICTIM/cmdline"),
    ("slow another down", "renice -n 5 $VICTIM"),
    ("find a socket of the system's", "test -S $BUS"),
    ("find shared memory", "ipcs -m -i $SEGMENT | grep shmid"),
    ("read shared memory", "grep SECRET $SHARED"),
    (
        "put into shared memory",
        "echo x > $SHARED-new && python3 -c 'import os; os.path.exists(os.environ[\"SHARED\"]) or exit(1)'",
    ),
    ("lead the repository elsewhere", "echo /tmp > \"$(git rev-parse --git-dir)/commondir\""),
    ("take the repository's place", "mv .git gone"),
];
