//! What the closing lines of test runners say, and what one run has less than another.

use flightdeck::domain::tests::{TestCase, TestCounts, TestOutcome, TestRun};
use pretty_assertions::assert_eq;

/// What each runner prints at its end, with passed, failed and skipped.
const SAID: &[(&str, &str, (u32, u32, u32))] = &[
    (
        "cargo test, two binaries and a filter",
        "     Running unittests src/lib.rs (target/debug/deps/a-1f)\nrunning 3 tests\ntest x::a ... ok\ntest x::b ... ignored, slow\n\
         test x::c ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s\n\
            Doc-tests a\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        (3, 1, 1),
    ),
    (
        "cargo test with a filter that fits nothing",
        "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 23 filtered out; finished in 0.00s",
        (0, 0, 0),
    ),
    (
        "nextest",
        "        PASS [   0.005s] (1/3) a::it x\n        FAIL [   0.005s] (2/3) a::it y\n────\n     Summary [   0.014s] 3 tests run: 2 passed (1 slow, 1 leaky), 1 failed, 4 skipped\n        FAIL [   0.005s] (2/3) a::it y",
        (2, 1, 4),
    ),
    (
        "pytest",
        "===== 2 failed, 3 passed, 1 skipped, 1 xfailed, 4 deselected, 2 warnings in 1.02s (0:00:01) =====",
        (3, 2, 2),
    ),
    ("pytest -q", "...\n3 passed in 0.02s", (3, 0, 0)),
    ("pytest with an error", "==== 1 passed, 1 error in 0.12s ====", (1, 1, 0)),
    ("pytest without tests", "============ no tests ran in 0.01s ============", (0, 0, 0)),
    (
        "unittest",
        "test_a (m.T.test_a) ... ok\ntest_b (m.T.test_b) ... skipped 'no'\n----\nRan 2 tests in 0.001s\n\nOK (skipped=1)",
        (1, 0, 1),
    ),
    (
        "unittest that fails",
        "Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1, expected failures=1)",
        (1, 2, 2),
    ),
    ("unittest without tests", "Ran 0 tests in 0.000s\n\nNO TESTS RAN", (0, 0, 0)),
    (
        "go test",
        "ok  \texample.org/a\t0.012s\n?   \texample.org/b\t[no test files]\nFAIL\texample.org/c\t0.1s\nFAIL",
        (1, 1, 0),
    ),
    (
        "go test -v",
        "=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    --- FAIL: TestB/x (0.00s)\n--- FAIL: TestB (0.00s)\n--- SKIP: TestC (0.00s)\nFAIL\nFAIL\texample.org/a\t0.012s",
        (1, 2, 1),
    ),
    ("go test with a filter that fits nothing", "ok  \texample.org/a\t0.012s [no tests to run]", (0, 0, 0)),
    (
        "node --test",
        "✔ adds (0.5ms)\n✖ subtracts (0.4ms)\n﹣ divides (0.1ms) # SKIP\nℹ tests 4\nℹ suites 0\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 50.1",
        (1, 1, 2),
    ),
    (
        "node --test as TAP",
        "TAP version 13\n# Subtest: a\nok 1 - a\n1..1\n# tests 3\n# suites 1\n# pass 3\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0",
        (3, 0, 0),
    ),
    (
        "vitest",
        " ✓ src/a.test.ts (5 tests) 4ms\n\n Test Files  1 failed (1)\n      Tests  1 failed | 4 passed | 1 skipped | 1 todo (7)\n   Duration  300ms",
        (4, 1, 2),
    ),
    ("vitest without tests", "No test files found, exiting with code 1", (0, 0, 0)),
    (
        "jest",
        "  ✓ adds (2 ms)\n  ✕ subtracts\n  ○ skipped divides\nTest Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 1 passed, 3 total\nSnapshots:   0 total",
        (1, 1, 1),
    ),
    (
        "ctest",
        "1/3 Test #1: adds .............   Passed    0.00 sec\n2/3 Test #2: subs .............***Failed    0.01 sec\n3/3 Test #3: divs .............***Skipped   0.00 sec\n\n67% tests passed, 1 tests failed out of 3",
        (1, 1, 1),
    ),
    ("ctest, quiet", "100% tests passed, 0 tests failed out of 5", (5, 0, 0)),
    ("ctest without tests", "No tests were found!!!", (0, 0, 0)),
    ("TAP", "1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no\n    ok 1 - inner", (1, 2, 1)),
    ("mocha", "  adds\n    ✔ one\n    1) two\n\n  1 passing (3ms)\n  1 pending\n  1 failing\n", (1, 1, 1)),
    (
        "maven",
        "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.02 s - in A\n[ERROR] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1\n",
        (2, 2, 1),
    ),
    ("rspec", "Finished in 0.00276 seconds\n5 examples, 1 failure, 1 pending", (3, 1, 1)),
    ("two runners after each other", "3 passed in 0.02s\nTests:       2 passed, 2 total", (5, 0, 0)),
];

#[test]
fn closing_lines_are_read_as_their_runners_mean_them() {
    for (runner, output, (passed, failed, skipped)) in SAID {
        let counts = TestRun::of_output(output).map(|run| run.counts);
        assert_eq!(
            counts,
            Some(TestCounts { passed: *passed, failed: *failed, skipped: *skipped }),
            "{runner}"
        );
    }
}

#[test]
fn what_no_runner_said_is_not_guessed() {
    for output in [
        "",
        "all is well",
        "23 passed",
        "ok",
        "Tests pass",
        "compiled in 3s",
        "1 passed with flying colours in 3 days",
        "OK (5 files)",
        "ok 1 - a line of no TAP",
        "--- PASS",
        "Summary of 3 tests",
    ] {
        assert_eq!(TestRun::of_output(output), None, "{output}");
    }
}

#[test]
fn names_are_kept_where_they_account_for_every_test() {
    let names = |output: &str| -> Vec<String> {
        TestRun::of_output(output).unwrap().cases.into_iter().map(|case| case.name).collect()
    };
    assert_eq!(names(SAID[1].1), Vec::<String>::new());
    let cargo = "     Running unittests src/lib.rs (target/a)\ntest a ... ok\ntest b ... ignored\n\
                 test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
    assert_eq!(names(cargo), ["unittests src/lib.rs a", "unittests src/lib.rs b"]);
    let verbose = "t.py::test_a PASSED [ 50%]\nt.py::test_b[2-3] SKIPPED (no) [100%]\n=== 1 passed, 1 skipped in 0.01s ===";
    assert_eq!(names(verbose), ["t.py::test_a", "t.py::test_b[2-3]"]);
    let part = "test a ... ok\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
    assert_eq!(names(part), Vec::<String>::new(), "half of the names say too little");
}

#[test]
fn a_long_output_of_long_lines_is_read_in_bounded_room() {
    let line = format!("test {} ... ok\n", "x".repeat(100_000));
    let many = "test y ... ok\n".repeat(60_000);
    let output =
        format!("{line}{many}test result: ok. 60001 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    let run = TestRun::of_output(&output).unwrap();
    assert_eq!((run.counts.passed, run.cases.len()), (60_001, 0));
}

fn run(cases: &[(&str, TestOutcome)]) -> TestRun {
    TestRun::of_cases(cases.iter().map(|(name, outcome)| TestCase::new(name, *outcome)).collect())
}

#[test]
fn fewer_and_newly_skipped_tests_are_told_by_name_and_renamed_ones_are_not() {
    use TestOutcome::{Failed, Passed, Skipped};
    let before = run(&[("a", Passed), ("b", Passed), ("b", Passed), ("c", Failed), ("d", Skipped)]);
    let words = |after: &TestRun| after.less_than(&before).map(|less| less.words());
    assert_eq!(words(&before), None);
    assert_eq!(
        words(&run(&[("a", Failed), ("b", Passed), ("b", Passed), ("e", Passed), ("d", Skipped)])),
        None
    );
    let gone = run(&[("a", Passed), ("b", Passed), ("c", Passed), ("d", Skipped)]);
    assert_eq!(words(&gone).unwrap(), "4 tests instead of 5 (gone: b)");
    let skipped =
        run(&[("a", Skipped), ("b", Passed), ("b", Passed), ("c", Passed), ("d", Skipped), ("new", Passed)]);
    assert_eq!(words(&skipped).unwrap(), "1 test newly skipped (a)");
}

#[test]
fn without_names_the_numbers_tell() {
    let counts = |passed, failed, skipped| TestRun::new(TestCounts { passed, failed, skipped }, Vec::new());
    let before = counts(10, 1, 1);
    let words = |after: TestRun| after.less_than(&before).map(|less| less.words());
    assert_eq!(words(counts(11, 0, 1)), None);
    assert_eq!(words(counts(11, 0, 3)), None, "a new test that is skipped takes nothing away");
    assert_eq!(words(counts(9, 0, 1)).unwrap(), "10 tests instead of 12");
    assert_eq!(words(counts(9, 0, 3)).unwrap(), "2 tests newly skipped");
    assert_eq!(words(counts(0, 0, 0)).unwrap(), "0 tests instead of 12");
}
