/* The first process of every pod: it holds the pod's namespaces, and reaps what is left of others. */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int number) {
    (void)number;
    _exit(0);
}

static void reap(int number) {
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

int main(void) {
    if (signal(SIGTERM, end) == SIG_ERR || signal(SIGINT, end) == SIG_ERR || signal(SIGCHLD, reap) == SIG_ERR)
        return 1;
    for (;;)
        pause();
}
