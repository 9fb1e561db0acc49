// Read by jemalloc. A large inventory fills a gigabyte, and a quarter of its run is the kernel handing that out in
// pages of 4 KB; with this it hands out huge ones where it does so on request. What is given back is free at once for
// whatever comes next: kept for ten seconds, as is usual, it would be room that nobody uses in a run of three.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,dirty_decay_ms:0";
}
