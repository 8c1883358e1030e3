// A tour of the C++ client: connect, write, read, concurrent writers, resolving, deleting.
//
//     build/docs/example 127.0.0.1:4701[,127.0.0.1:4711...]
//
// Link with the library target `client` (see docs/meson.build); the headers need nothing else.

#include <cstdlib>
#include <future>
#include <iostream>
#include <sstream>
#include <string>

#include "starling/client.hpp"

using namespace starling;

namespace {

/// Every call returns a Result: a value, or an Error that says how far the call got.
template <class T>
T must(const char* what, api::Result<T> result) {
  if (result) return std::move(*result);
  const api::Error& error = result.error();
  std::cerr << what << ": " << error.message << " (" << name_of(error.code) << ")\n";
  // The third outcome: neither done nor refused. Reading the key tells what became of it.
  if (error.outcome == api::Outcome::in_doubt) std::cerr << "the write may or may not have happened\n";
  std::exit(1);
}

void print(const char* words, const api::Reading& reading) {
  std::cout << words << ':';
  for (const std::string& value : reading.values) std::cout << " \"" << value << '"';
  std::cout << (reading.found() ? "\n" : " not there\n");
}

api::Client connect(const char* addresses) {
  api::ClientOptions options;
  std::istringstream list(addresses);
  for (std::string node; std::getline(list, node, ',');) options.nodes.push_back(node);
  // Nothing is sent yet. One client serves the whole program, from any thread.
  return must("open", api::Client::open(options));
}

/// A put replaces what its context has seen. Reading first, even a key that is not there, gives one.
void write_and_read(api::Client& client) {
  api::Reading before = must("get", client.get("cart"));
  must("put", client.put("cart", "bread", {.context = before.context}));
  print("after the first put", must("get", client.get("cart")));
}

/// Two writers who know nothing of each other: Starling keeps both values, and tells the next reader.
void make_siblings(api::Client& client) {
  api::Reading seen_by_both = must("get", client.get("cart"));
  must("put", client.put("cart", "bread, milk", {.context = seen_by_both.context}));
  api::Written second = must("put", client.put("cart", "bread, eggs", {.context = seen_by_both.context}));
  std::cout << "after two concurrent puts the key has " << second.siblings << " siblings\n";
}

/// Whoever meets siblings merges them, in the way that fits the data, and writes the result with the
/// context of that very read: it replaces what was merged, and nothing that came later.
void resolve(api::Client& client) {
  api::Reading siblings = must("get", client.get("cart"));
  print("the siblings", siblings);
  must("put", client.put("cart", "bread, milk, eggs", {.context = siblings.context}));
  print("resolved", must("get", client.get("cart")));
}

/// The same calls without waiting: the callback runs on the client's own thread, so it must not block.
void read_without_waiting(api::Client& client) {
  std::promise<api::Result<api::Reading>> promise;
  std::future<api::Result<api::Reading>> answer = promise.get_future();
  client.get("cart", {.r = api::Level::one()},
             [&promise](api::Result<api::Reading> result) { promise.set_value(std::move(result)); });
  print("read from one replica", must("get", answer.get()));
}

/// Keys of a bucket, page by page.
void list_keys(api::Client& client) {
  for (const api::Result<api::Written>& written :
       client.mput(std::vector<api::PutItem>{{"a1", "1", {}}, {"a2", "2", {}}}))
    must("mput", written);
  std::size_t keys = 0;
  for (api::Pager pager(client, {.prefix = "a", .keys_only = true}); !pager.done();)
    keys += must("scan", pager.next()).items.size();
  std::cout << "keys that begin with a: " << keys << '\n';
}

void remove(api::Client& client) {
  api::Reading last = must("get", client.get("cart"));
  must("remove", client.remove("cart", {.context = last.context}));
  print("after the remove", must("get", client.get("cart")));
}

}  // namespace

int main(int argc, char** argv) {
  api::Client client = connect(argc > 1 ? argv[1] : "127.0.0.1:4701");
  write_and_read(client);
  make_siblings(client);
  resolve(client);
  read_without_waiting(client);
  list_keys(client);
  remove(client);
}
