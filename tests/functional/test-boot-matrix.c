/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matrix of the boot override: QEMU (stock, with our patches) x firmware
 * x machine x mode x who restarts the machine. In each cell the guest tells
 * from where it was booted at its next boots: once, from the CD and then from
 * the disk again; continuous, twice from the CD, and from the disk when it is
 * cleared. Afterwards the boot indices are those from before.
 *
 * test-boot-matrix [WORD...]
 *
 * Words choose cells: stock, patched, seabios, ovmf, pc, q35; without one of
 * a kind all of that kind are run. "few" leaves one cell for each origin. The
 * table at the end has all cells; one that was chosen and is not "ok" fails
 * the last test. TEST_PATCHED_QEMU names a QEMU with the patches; without it
 * cells with them are left out, unless they were asked for.
 *
 * Cells run in a child, so that one that fails does not end the others.
 */
#include "osdep.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot-lab.h"
#include "util/json.h"

#define LOG_LINES 60
#define TRIES 1200
#define TRY_US 50000

typedef enum Result {
    NOT_RUN,
    OK,
    FAIL,
} Result;

static const char *const result_names[] = { "not run", "ok", "FAIL" };
static const char *const qemus[] = { "stock", "patched" };
static const char *const firmwares[] = { "seabios", "ovmf" };
static const char *const machines[] = { "pc", "q35" };
static const char *const modes[] = { "Once", "Continuous" };

#define STOCK 0
#define PATCHED 1
#define OVMF 1
#define ONCE 0
#define N_MODES 2

/*
 * Origin: who restarts the machine.
 *
 * @first: before the first boot, and after it was cleared
 * @patched: (nullable): the same where QEMU has the patches
 * @between: (nullable): after the first boot
 * @second: before the second boot
 */
typedef struct Origin {
    const char *name;
    BootLabOrigin first;
    BootLabOrigin patched;
    BootLabOrigin between;
    BootLabOrigin second;
} Origin;

/* A stock QEMU cannot tell of a reset that happened without the helper. */
static void restart_and_reset(TestLab *lab)
{
    boot_lab_restart_helper(lab);
    boot_lab_guest_reset(lab);
}

static void reset_without_helper(TestLab *lab)
{
    unsigned tries;

    boot_lab_kill_helper(lab);
    boot_lab_guest_reset(lab);
    for (tries = 0; !boot_lab_has_next(lab); tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US);
    }
    boot_lab_start_helper(lab);
}

/*
 * That a boot has begun is durable as soon as anything is that has come
 * after it.
 */
static void settle_and_restart(TestLab *lab)
{
    int status = test_bmc_redfish(lab->bmc, "PATCH", "/Systems/1",
                                  "{\"AssetTag\":\"restarted\"}", NULL);

    g_assert_cmpint(status, ==, 200);
    boot_lab_restart_helper(lab);
}

static const Origin origins[] = {
    { "host", boot_lab_reset, NULL, NULL, boot_lab_reset },
    { "cf9", boot_lab_guest_reset, NULL, NULL, boot_lab_guest_reset },
    { "keyboard", boot_lab_keyboard_reset, NULL, NULL,
      boot_lab_keyboard_reset },
    { "triple", boot_lab_triple_fault, NULL, NULL, boot_lab_triple_fault },
    { "off-on", boot_lab_off_and_on, NULL, NULL, boot_lab_guest_off_and_on },
    { "restart", restart_and_reset, reset_without_helper,
      settle_and_restart, boot_lab_guest_reset },
};

#define N_ORIGINS G_N_ELEMENTS(origins)

/* Groups share a VM and a helper: cells of one QEMU, firmware and machine. */
#define N_GROUPS 8
#define GROUP_CELLS (N_MODES * N_ORIGINS)
#define N_CELLS (N_GROUPS * GROUP_CELLS)

typedef struct Cell {
    unsigned group;
    unsigned qemu;
    unsigned firmware;
    unsigned machine;
    unsigned mode;
    unsigned origin;
} Cell;

static Cell cells[N_CELLS];
static bool chosen[N_CELLS];
static Result results[N_CELLS];

/* What the cells of a group work with; only in the child. */
typedef struct Matrix {
    TestLab lab;
    TestMonitor *monitor;
    bool uefi;
} Matrix;

/* The child: its end of a pipe each way, and its directory. */
static struct {
    pid_t pid;
    unsigned group;
    int to;
    int from;
    TestDir *dir;
} worker;

static unsigned bad_ends;

/* A cell */

static bool indices_are_original(Matrix *m)
{
    return test_monitor_boot_index(m->monitor, "disk0") == 0 &&
           test_monitor_boot_index(m->monitor, "cd0") == 1 &&
           (m->uefi || test_monitor_boot_index(m->monitor, "nic0") == 2);
}

/* The helper says that it is over before QEMU has what was before. */
static void wait_original(Matrix *m)
{
    unsigned tries;

    for (tries = 0; !indices_are_original(m); tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US);
    }
}

/* Redfish, IPMI and QEMU say that there is no override. */
static void check_none(Matrix *m)
{
    g_autofree char *enabled = boot_lab_enabled(&m->lab);
    uint8_t flags[5];

    g_assert_cmpstr(enabled, ==, "Disabled");
    boot_lab_ipmi_flags(&m->lab, flags);
    g_assert_cmphex(flags[0] & 0x80, ==, 0);
    wait_original(m);
    g_assert_false(boot_lab_has_next(&m->lab));
}

/* It has reached QEMU, in the way that this QEMU has for it. */
static void check_armed(Matrix *m, const Cell *cell)
{
    g_autoptr(JsonObject) reply = NULL;

    if (cell->qemu == STOCK) {
        g_assert_cmpint(test_monitor_boot_index(m->monitor, "cd0"), <,
                        test_monitor_boot_index(m->monitor, "disk0"));
        return;
    }
    g_assert_true(indices_are_original(m));
    reply = test_monitor_run(m->monitor, "query-boot-override", NULL);
    g_assert_cmpstr(json_object_get_string_member(
        json_object_get_object_member(reply, "return"), "state"), ==,
        "armed");
}

static void run_once(Matrix *m, const Cell *cell, BootLabOrigin first)
{
    const Origin *origin = &origins[cell->origin];

    boot_lab_set(&m->lab, "Once", "Cd");
    check_armed(m, cell);
    first(&m->lab);
    boot_lab_expect_next(&m->lab, 'C');
    if (origin->between) {
        origin->between(&m->lab);
    }
    if (cell->qemu == STOCK) {
        /* Not before: see docs/interop/boot-override.rst, "Limits" */
        boot_lab_wait_consumed(&m->lab);
        wait_original(m);
    }
    origin->second(&m->lab);
    boot_lab_expect_next(&m->lab, 'A');
    boot_lab_wait_consumed(&m->lab);
}

static void run_continuous(Matrix *m, const Cell *cell, BootLabOrigin first)
{
    const Origin *origin = &origins[cell->origin];
    g_autofree char *enabled = NULL;

    boot_lab_set(&m->lab, "Continuous", "Cd");
    check_armed(m, cell);
    first(&m->lab);
    boot_lab_expect_next(&m->lab, 'C');
    if (origin->between) {
        origin->between(&m->lab);
    }
    origin->second(&m->lab);
    boot_lab_expect_next(&m->lab, 'C');
    enabled = boot_lab_enabled(&m->lab);
    g_assert_cmpstr(enabled, ==, "Continuous");
    boot_lab_set(&m->lab, "Disabled", "None");
    first(&m->lab);
    boot_lab_expect_next(&m->lab, 'A');
}

static void run_cell(Matrix *m, const Cell *cell)
{
    const Origin *origin = &origins[cell->origin];
    BootLabOrigin first = cell->qemu == PATCHED && origin->patched ?
                          origin->patched : origin->first;

    check_none(m);
    if (cell->mode == ONCE) {
        run_once(m, cell, first);
    } else {
        run_continuous(m, cell, first);
    }
    check_none(m);
}

/* The child */

static void start_lab(Matrix *m, const Cell *cell)
{
    g_autofree char *args = NULL;

    if (cell->qemu == PATCHED) {
        g_setenv("TEST_QEMU", g_getenv("TEST_PATCHED_QEMU"), TRUE);
    }
    m->uefi = cell->firmware == OVMF;
    m->lab.dir = worker.dir;
    args = boot_lab_args(worker.dir, machines[cell->machine], m->uefi);
    test_lab_start(&m->lab, args, "BOOTED A\r\n");
    m->monitor = test_monitor_open(worker.dir);
    g_assert_cmpint(boot_lab_is_patched(m->monitor), ==,
                    cell->qemu == PATCHED);
}

static void end_lab(Matrix *m)
{
    g_assert_false(test_bmc_logged(m->lab.bmc, "WARNING"));
    test_monitor_free(m->monitor);
    test_bmc_stop(m->lab.bmc);
    test_bmc_free(m->lab.bmc);
    test_vm_free(m->lab.vm);
}

/* Each byte that comes is a cell; it goes back when that is right. */
G_NORETURN static void work(int in, int out)
{
    Matrix m = { .monitor = NULL };
    uint8_t i;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The parent's TAP is no place for what is said here. */
    dup2(STDERR_FILENO, STDOUT_FILENO);
    while (read(in, &i, 1) == 1) {
        if (!m.monitor) {
            start_lab(&m, &cells[i]);
        }
        run_cell(&m, &cells[i]);
        g_assert_cmpint(write(out, &i, 1), ==, 1);
    }
    end_lab(&m);
    _exit(0);
}

static void worker_start(unsigned group)
{
    int to[2], from[2];

    g_assert_cmpint(pipe(to), ==, 0);
    g_assert_cmpint(pipe(from), ==, 0);
    worker.dir = test_dir_new();
    worker.group = group;
    worker.pid = fork();
    g_assert_cmpint(worker.pid, >=, 0);
    if (!worker.pid) {
        close(to[1]);
        close(from[0]);
        work(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    worker.to = to[1];
    worker.from = from[0];
}

static void say_log(void)
{
    g_autofree char *path = test_dir_file(worker.dir, "bmc.log");
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    n = g_strv_length(lines);
    for (unsigned i = n > LOG_LINES ? n - LOG_LINES : 0; i < n; i++) {
        g_test_message("bmc.log: %s", lines[i]);
    }
}

/* Returns whether it has ended as it should. */
static bool worker_end(void)
{
    int status = 0;

    close(worker.to);
    close(worker.from);
    g_assert_cmpint(waitpid(worker.pid, &status, 0), ==, worker.pid);
    worker.pid = 0;
    if (status) {
        say_log();
    }
    g_clear_pointer(&worker.dir, test_dir_free);
    return !status;
}

static void worker_end_group(void)
{
    if (worker.pid && !worker_end()) {
        g_test_message("the helper did not end as it should, or warned");
        bad_ends++;
    }
}

static void test_cell(const void *data)
{
    const Cell *cell = data;
    uint8_t i = cell - cells;
    uint8_t answer;

    if (worker.pid && worker.group != cell->group) {
        worker_end_group();
    }
    if (!worker.pid) {
        worker_start(cell->group);
    }
    if (write(worker.to, &i, 1) == 1 && read(worker.from, &answer, 1) == 1 &&
        answer == i) {
        results[i] = OK;
    } else {
        results[i] = FAIL;
        worker_end();
        g_test_fail();
    }
}

/* The table */

static void say_row(const Cell *first)
{
    g_autoptr(GString) row = g_string_new(NULL);

    g_string_append_printf(row, "%-8s%-8s%-4s%-11s", qemus[first->qemu],
                           firmwares[first->firmware],
                           machines[first->machine], modes[first->mode]);
    for (unsigned i = 0; i < N_ORIGINS; i++) {
        g_string_append_printf(row, " %-8s",
                               result_names[results[first - cells + i]]);
    }
    g_test_message("%s", g_strchomp(row->str));
}

static void test_complete(void)
{
    g_autoptr(GString) head = g_string_new(NULL);
    unsigned counts[G_N_ELEMENTS(result_names)] = { 0 };
    unsigned n_chosen = 0;

    worker_end_group();
    g_string_append_printf(head, "%-31s", "QEMU, firmware, machine, mode");
    for (unsigned i = 0; i < N_ORIGINS; i++) {
        g_string_append_printf(head, " %-8s", origins[i].name);
    }
    g_test_message("%s", head->str);
    for (unsigned i = 0; i < N_CELLS; i++) {
        if (i % N_ORIGINS == 0) {
            say_row(&cells[i]);
        }
        counts[results[i]]++;
        n_chosen += chosen[i];
        g_assert_true(chosen[i] || results[i] == NOT_RUN);
    }
    g_test_message("%u chosen: %u ok, %u FAIL; %u not run", n_chosen,
                   counts[OK], counts[FAIL], counts[NOT_RUN]);
    if (!n_chosen || counts[OK] != n_chosen || bad_ends) {
        g_test_fail();
    }
}

/* Which cells */

static void fill_cells(void)
{
    for (unsigned i = 0; i < N_CELLS; i++) {
        unsigned group = i / GROUP_CELLS;

        cells[i] = (Cell) {
            .group = group,
            .qemu = group >> 2,
            .firmware = group >> 1 & 1,
            .machine = group & 1,
            .mode = i / N_ORIGINS % N_MODES,
            .origin = i % N_ORIGINS,
        };
    }
}

/* Whether the words leave one of two. */
static bool leave(char **words, const char *const *names, unsigned which)
{
    bool it = g_strv_contains((const char *const *)words, names[which]);
    bool other = g_strv_contains((const char *const *)words, names[!which]);

    return it || !other;
}

/* One for each origin: machines and modes take turns. */
static bool is_one_of_few(const Cell *cell)
{
    return cell->machine == (cell->origin & 1) &&
           cell->mode == (cell->origin >> 1 & 1);
}

static bool is_chosen(const Cell *cell, char **words)
{
    const char *const *list = (const char *const *)words;

    if (cell->qemu == PATCHED && !g_getenv("TEST_PATCHED_QEMU") &&
        !g_strv_contains(list, "patched")) {
        return false;
    }
    return leave(words, qemus, cell->qemu) &&
           leave(words, firmwares, cell->firmware) &&
           leave(words, machines, cell->machine) &&
           (!g_strv_contains(list, "few") || is_one_of_few(cell));
}

static bool is_word(const char *word)
{
    static const char *const words[] = {
        "stock", "patched", "seabios", "ovmf", "pc", "q35", "few", NULL
    };

    return g_strv_contains(words, word);
}

/* The table wants all cells, also those after one that fails. */
static char **keep_going(int *argc, char **argv)
{
    static char option[] = "-k";
    char **longer = g_new0(char *, *argc + 2);

    longer[0] = argv[0];
    longer[1] = option;
    /* With the NULL at the end */
    memcpy(&longer[2], &argv[1], *argc * sizeof(*argv));
    (*argc)++;
    return longer;
}

int main(int argc, char **argv)
{
    argv = keep_going(&argc, argv);
    test_init(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (!is_word(argv[i])) {
            g_printerr("%s: what is '%s'?\n", argv[0], argv[i]);
            return 2;
        }
    }
    if (g_strv_contains((const char *const *)argv, "patched") &&
        !g_getenv("TEST_PATCHED_QEMU")) {
        g_printerr("%s: TEST_PATCHED_QEMU is not set\n", argv[0]);
        return 2;
    }
    fill_cells();
    for (unsigned i = 0; i < N_CELLS; i++) {
        const Cell *cell = &cells[i];
        g_autofree char *path = NULL;

        chosen[i] = is_chosen(cell, argv + 1);
        if (chosen[i]) {
            path = g_strdup_printf(
                "/boot-matrix/%s/%s/%s/%s/%s", qemus[cell->qemu],
                firmwares[cell->firmware], machines[cell->machine],
                modes[cell->mode], origins[cell->origin].name);
            g_test_add_data_func(path, cell, test_cell);
        }
    }
    g_test_add_func("/boot-matrix/table/complete", test_complete);
    return g_test_run();
}
