// The plainest echo server on epoll, one thread: what the machine gives. Prints its port, and serves until it is killed.
// cc -O2 -o echo-server echo-server.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_EVENTS = 256, BUFFER = 256 << 10 };

static char buffer[BUFFER];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int epoll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0)
    fail("epoll_ctl");
}

static int listen_anywhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, SOMAXCONN) < 0)
    fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void accept_all(int epoll, int listener) {
  int client, on = 1;
  while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, client);
  }
}

// One read an event; a client that does not read holds all others up, which a yardstick may.
static void echo(int client) {
  ssize_t got = recv(client, buffer, BUFFER, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN)
      close(client);
    return;
  }
  for (ssize_t sent = 0; sent < got;) {
    ssize_t more = send(client, buffer + sent, got - sent, MSG_NOSIGNAL);
    if (more >= 0)
      sent += more;
    else if (errno != EAGAIN)
      return;
  }
}

int main(void) {
  struct epoll_event events[MOST_EVENTS];
  int listener = listen_anywhere(), epoll = epoll_create1(0);
  watch(epoll, listener);
  for (;;) {
    int count = epoll_wait(epoll, events, MOST_EVENTS, -1);
    for (int n = 0; n < count; n++) {
      if (events[n].data.fd == listener)
        accept_all(epoll, listener);
      else
        echo(events[n].data.fd);
    }
  }
}
