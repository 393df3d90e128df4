;; XXH64 with seed 0, after its specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
;; `npm run xxh64` makes xxh64-code.ts of it.
;;
;; The memory is the caller's; it begins with the state of the running checksum:
;;    0  four accumulators of 8 bytes
;;   32  how many bytes came, 8 bytes
;;   40  how many of them wait for a whole stripe, 4 bytes
;;   48  the waiting ones, 32 bytes
;;   80  the result, 8 bytes, big-endian
(module
  (import "caller" "memory" (memory 1))

  (global $prime1 i64 (i64.const 0x9E3779B185EBCA87))
  (global $prime2 i64 (i64.const 0xC2B2AE3D27D4EB4F))
  (global $prime3 i64 (i64.const 0x165667B19E3779F9))
  (global $prime4 i64 (i64.const 0x85EBCA77C2B2AE63))
  (global $prime5 i64 (i64.const 0x27D4EB2F165667C5))

  (func (export "reset")
    (i64.store offset=0 (i32.const 0) (i64.add (global.get $prime1) (global.get $prime2)))
    (i64.store offset=8 (i32.const 0) (global.get $prime2))
    (i64.store offset=16 (i32.const 0) (i64.const 0))
    (i64.store offset=24 (i32.const 0) (i64.sub (i64.const 0) (global.get $prime1)))
    (i64.store offset=32 (i32.const 0) (i64.const 0))
    (i32.store offset=40 (i32.const 0) (i32.const 0)))

  (func $round (param $accumulator i64) (param $lane i64) (result i64)
    (i64.mul
      (i64.rotl
        (i64.add (local.get $accumulator) (i64.mul (local.get $lane) (global.get $prime2)))
        (i64.const 31))
      (global.get $prime1)))

  ;; Whole stripes of 32 bytes, at least one.
  (func $stripes (param $at i32) (param $end i32)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64)
    (local.set $a (i64.load offset=0 (i32.const 0)))
    (local.set $b (i64.load offset=8 (i32.const 0)))
    (local.set $c (i64.load offset=16 (i32.const 0)))
    (local.set $d (i64.load offset=24 (i32.const 0)))
    (loop $next
      ;; As $round, which the engine does not put here by itself.
      (local.set $a (i64.mul (i64.rotl (i64.add (local.get $a)
        (i64.mul (i64.load offset=0 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $b (i64.mul (i64.rotl (i64.add (local.get $b)
        (i64.mul (i64.load offset=8 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $c (i64.mul (i64.rotl (i64.add (local.get $c)
        (i64.mul (i64.load offset=16 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $d (i64.mul (i64.rotl (i64.add (local.get $d)
        (i64.mul (i64.load offset=24 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i64.store offset=0 (i32.const 0) (local.get $a))
    (i64.store offset=8 (i32.const 0) (local.get $b))
    (i64.store offset=16 (i32.const 0) (local.get $c))
    (i64.store offset=24 (i32.const 0) (local.get $d)))

  ;; Lets bytes wait for a whole stripe.
  (func $keep (param $at i32) (param $bytes i32)
    (memory.copy (i32.add (i32.const 48) (i32.load offset=40 (i32.const 0))) (local.get $at) (local.get $bytes))
    (i32.store offset=40 (i32.const 0) (i32.add (i32.load offset=40 (i32.const 0)) (local.get $bytes))))

  ;; Goes on with the bytes at a place of the memory behind the state.
  (func (export "update") (param $at i32) (param $bytes i32)
    (local $missing i32) (local $whole i32)
    (i64.store offset=32 (i32.const 0)
      (i64.add (i64.load offset=32 (i32.const 0)) (i64.extend_i32_u (local.get $bytes))))
    (if (i32.load offset=40 (i32.const 0))
      (then
        (local.set $missing (i32.sub (i32.const 32) (i32.load offset=40 (i32.const 0))))
        (if (i32.lt_u (local.get $bytes) (local.get $missing))
          (then
            (call $keep (local.get $at) (local.get $bytes))
            (return)))
        (call $keep (local.get $at) (local.get $missing))
        (call $stripes (i32.const 48) (i32.const 80))
        (i32.store offset=40 (i32.const 0) (i32.const 0))
        (local.set $at (i32.add (local.get $at) (local.get $missing)))
        (local.set $bytes (i32.sub (local.get $bytes) (local.get $missing)))))
    (local.set $whole (i32.and (local.get $bytes) (i32.const -32)))
    (if (local.get $whole)
      (then (call $stripes (local.get $at) (i32.add (local.get $at) (local.get $whole)))))
    (call $keep (i32.add (local.get $at) (local.get $whole)) (i32.sub (local.get $bytes) (local.get $whole))))

  (func $merge (param $hash i64) (param $accumulator i64) (result i64)
    (i64.add
      (i64.mul
        (i64.xor (local.get $hash) (call $round (i64.const 0) (local.get $accumulator)))
        (global.get $prime1))
      (global.get $prime4)))

  ;; What the accumulators come to.
  (func $converged (result i64)
    (local $hash i64)
    (local.set $hash
      (i64.add
        (i64.add
          (i64.rotl (i64.load offset=0 (i32.const 0)) (i64.const 1))
          (i64.rotl (i64.load offset=8 (i32.const 0)) (i64.const 7)))
        (i64.add
          (i64.rotl (i64.load offset=16 (i32.const 0)) (i64.const 12))
          (i64.rotl (i64.load offset=24 (i32.const 0)) (i64.const 18)))))
    (local.set $hash (call $merge (local.get $hash) (i64.load offset=0 (i32.const 0))))
    (local.set $hash (call $merge (local.get $hash) (i64.load offset=8 (i32.const 0))))
    (local.set $hash (call $merge (local.get $hash) (i64.load offset=16 (i32.const 0))))
    (call $merge (local.get $hash) (i64.load offset=24 (i32.const 0))))

  ;; Puts the checksum of what came at 80. The state stays: more may follow.
  (func (export "digest")
    (local $hash i64) (local $at i32) (local $end i32)
    (local.set $hash
      (i64.add
        (if (result i64) (i64.lt_u (i64.load offset=32 (i32.const 0)) (i64.const 32))
          (then (global.get $prime5))
          (else (call $converged)))
        (i64.load offset=32 (i32.const 0))))
    (local.set $at (i32.const 48))
    (local.set $end (i32.add (i32.const 48) (i32.load offset=40 (i32.const 0))))
    (block $noEight
      (loop $eight
        (br_if $noEight (i32.gt_u (i32.add (local.get $at) (i32.const 8)) (local.get $end)))
        (local.set $hash
          (i64.add
            (i64.mul
              (i64.rotl
                (i64.xor (local.get $hash) (call $round (i64.const 0) (i64.load (local.get $at))))
                (i64.const 27))
              (global.get $prime1))
            (global.get $prime4)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $eight)))
    (if (i32.le_u (i32.add (local.get $at) (i32.const 4)) (local.get $end))
      (then
        (local.set $hash
          (i64.add
            (i64.mul
              (i64.rotl
                (i64.xor (local.get $hash) (i64.mul (i64.load32_u (local.get $at)) (global.get $prime1)))
                (i64.const 23))
              (global.get $prime2))
            (global.get $prime3)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))))
    (block $noOne
      (loop $one
        (br_if $noOne (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $hash
          (i64.mul
            (i64.rotl
              (i64.xor (local.get $hash) (i64.mul (i64.load8_u (local.get $at)) (global.get $prime5)))
              (i64.const 11))
            (global.get $prime1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $one)))
    (call $store (call $avalanche (local.get $hash))))

  (func $avalanche (param $hash i64) (result i64)
    (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 33))) (global.get $prime2)))
    (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 29))) (global.get $prime3)))
    (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32))))

  (func $store (param $hash i64)
    (local $at i32)
    (local.set $at (i32.const 87))
    (loop $next
      (i64.store8 (local.get $at) (local.get $hash))
      (local.set $hash (i64.shr_u (local.get $hash) (i64.const 8)))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br_if $next (i32.ge_u (local.get $at) (i32.const 80))))))
