// Read by jemalloc. A large inventory fills a gigabyte, and a quarter of its run is the kernel handing that out in
// pages of 4 KB; with this it hands out huge ones where it does so on request.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}
