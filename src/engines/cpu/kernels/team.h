// Threads that train a run together: each executes the same instructions, and has its share of some of them. They wait for each
// other after each. In WebAssembly there is one.
#pragma once
#include <stdint.h>

/// The most threads of a run (../run-group.ts).
#define MOST_THREADS 8

/// Of `parts` threads this is number `part`, from 0.
typedef struct {
  int part, parts;
} Share;

#define ALONE ((Share){0, 1})

/// A thread's share of N things is from `beginOf` to `endOf`.
INLINE int beginOf(Share share, int N) { return (int)((int64_t)N * share.part / share.parts); }
INLINE int endOf(Share share, int N) { return beginOf((Share){share.part + 1, share.parts}, N); }

typedef struct Team Team;

/// A thread besides the one that called.
typedef struct {
  Team *team;
  int part;
  void *thread;
} Helper;

struct Team {
  int parts, arrived, turn;
  /// What each thread does next; 0 when there is nothing more to do.
  void (*work)(const void *what, Share share, Team *team);
  const void *what;
  Helper helpers[MOST_THREADS - 1];
};

#ifdef SET
// of libuv, which is in Node: so a binary needs no library of threads
int uv_thread_create(void **thread, void (*entry)(void *), void *argument);
int uv_thread_join(void **thread);
void uv_sleep(unsigned milliseconds);

/// Looks at a turn, about 20 µs in all, before a thread leaves its processor to others.
#define MOST_LOOKS 2000

/// Between one look and the next.
INLINE void waitAfter(int looks) {
  if (looks > MOST_LOOKS) uv_sleep(0);
#if defined(__x86_64__) || defined(_M_X64)
  else __builtin_ia32_pause();
#elif defined(__aarch64__)
  else __asm__ volatile("yield");
#endif
}
#else
INLINE void waitAfter(int looks) {}
#endif

/// Returns when all threads of a team are here, and see what each of them has done.
INLINE void meet(Team *team) {
  if (team->parts == 1) return;
  const int turn = __atomic_load_n(&team->turn, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->parts) {
    __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->turn, turn + 1, __ATOMIC_RELEASE);
  } else for (int looks = 0; __atomic_load_n(&team->turn, __ATOMIC_ACQUIRE) == turn; looks++) waitAfter(looks);
}

/// All threads of a team do some work, which ends with a meeting.
INLINE void workTogether(Team *team, void (*work)(const void *, Share, Team *), const void *what) {
  team->work = work;
  team->what = what;
  meet(team);
  if (work) work(what, (Share){0, team->parts}, team);
}

#ifdef SET
static void help(void *argument) {
  const Helper *helper = argument;
  Team *team = helper->team;
  for (meet(team); team->work; meet(team)) team->work(team->what, (Share){helper->part, team->parts}, team);
}
#endif

/// Starts a team of so many threads, or of as many as there can be, with this one.
static void beginTeam(Team *team, int threads) {
  *team = (Team){.parts = 1};
#ifdef SET
  team->parts = threads;
  for (int i = 1; i < threads; i++) {
    Helper *helper = &team->helpers[i - 1];
    *helper = (Helper){.team = team, .part = i};
    if (uv_thread_create(&helper->thread, help, helper) == 0) continue;
    team->parts = i; // none goes on before this thread comes
    return;
  }
#endif
}

static void endTeam(Team *team) {
#ifdef SET
  workTogether(team, 0, 0);
  for (int i = 1; i < team->parts; i++) uv_thread_join(&team->helpers[i - 1].thread);
#endif
}
