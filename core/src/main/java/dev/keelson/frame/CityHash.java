package dev.keelson.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CityHash64 in its first version (1.0), which later versions do not agree with.
 *
 * <p>Source: Pike, G. and Alakuijala, J. (2011), CityHash.
 */
final class CityHash {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K0 = 0xc3a5c85c97cb3127L;
    private static final long K1 = 0xb492b66fbe98f273L;
    private static final long K2 = 0x9ae16a3b2f90404fL;
    private static final long K3 = 0xc949d7c7509e6557L;
    private static final long MIX = 0x9ddfea08eb382d69L;
    private static final int BLOCK = 64;

    private CityHash() {}

    /** The hash of all bytes. */
    static long of(byte[] bytes) {
        int length = bytes.length;
        if (length <= 16) {
            return upTo16(bytes);
        }
        if (length <= 32) {
            return upTo32(bytes);
        }
        return length <= BLOCK ? upTo64(bytes) : longer(bytes);
    }

    private static long at(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    private static long intAt(byte[] bytes, int index) {
        return (int) INTS.get(bytes, index) & 0xffffffffL;
    }

    private static long folded(long value) {
        return value ^ (value >>> 47);
    }

    /** Two numbers as one. */
    private static long pair(long first, long second) {
        long a = folded((first ^ second) * MIX);
        return folded((second ^ a) * MIX) * MIX;
    }

    private static long upTo16(byte[] bytes) {
        int length = bytes.length;
        if (length > 8) {
            long last = at(bytes, length - 8);
            return pair(at(bytes, 0), Long.rotateRight(last + length, length)) ^ last;
        }
        if (length >= 4) {
            return pair(length + (intAt(bytes, 0) << 3), intAt(bytes, length - 4));
        }
        if (length == 0) {
            return K2;
        }
        long front = (bytes[0] & 0xffL) + ((bytes[length >> 1] & 0xffL) << 8);
        long back = length + ((bytes[length - 1] & 0xffL) << 2);
        return folded(front * K2 ^ back * K3) * K2;
    }

    private static long upTo32(byte[] bytes) {
        int length = bytes.length;
        long a = at(bytes, 0) * K1;
        long b = at(bytes, 8);
        long c = at(bytes, length - 8) * K2;
        long d = at(bytes, length - 16) * K0;
        return pair(
                Long.rotateRight(a - b, 43) + Long.rotateRight(c, 30) + d,
                a + Long.rotateRight(b ^ K3, 20) - c + length);
    }

    private static long upTo64(byte[] bytes) {
        int length = bytes.length;
        long[] front = half(bytes, 0, at(bytes, 0) + (length + at(bytes, length - 16)) * K0, at(bytes, 24));
        long[] back = half(
                bytes, length - 32, at(bytes, 16) + at(bytes, length - 32), at(bytes, length - 8));
        long mixed = folded((front[0] + back[1]) * K2 + (back[0] + front[1]) * K0);
        return folded(mixed * K0 + front[1]) * K2;
    }

    /** What 32 bytes add: the second and third eight of them are taken up. */
    private static long[] half(byte[] bytes, int from, long start, long last) {
        long a = start;
        long b = Long.rotateRight(a + last, 52);
        long c = Long.rotateRight(a, 37);
        a += at(bytes, from + 8);
        c += Long.rotateRight(a, 7);
        a += at(bytes, from + 16);
        return new long[] {a + last, b + Long.rotateRight(a, 31) + c};
    }

    private static long[] weak(byte[] bytes, int from, long first, long second) {
        long last = at(bytes, from + 24);
        long a = first + at(bytes, from);
        long b = Long.rotateRight(second + a + last, 21);
        long before = a;
        a += at(bytes, from + 8) + at(bytes, from + 16);
        b += Long.rotateRight(a, 44);
        return new long[] {a + last, b + before};
    }

    private static long longer(byte[] bytes) {
        int length = bytes.length;
        long x = at(bytes, 0);
        long y = at(bytes, length - 16) ^ K1;
        long z = at(bytes, length - 56) ^ K0;
        long[] v = weak(bytes, length - 64, length, y);
        long[] w = weak(bytes, length - 32, length * K1, K0);
        z += folded(v[1]) * K1;
        x = Long.rotateRight(z + x, 39) * K1;
        y = Long.rotateRight(y, 33) * K1;
        int blocks = (length - 1) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            x = Long.rotateRight(x + y + v[0] + at(bytes, from + 16), 37) * K1;
            y = Long.rotateRight(y + v[1] + at(bytes, from + 48), 42) * K1;
            x ^= w[1];
            y ^= v[0];
            z = Long.rotateRight(z ^ w[0], 33);
            v = weak(bytes, from, v[1] * K1, x + w[0]);
            w = weak(bytes, from + 32, z + w[1], y);
            long swapped = z;
            z = x;
            x = swapped;
        }
        return pair(pair(v[0], w[0]) + folded(y) * K1 + z, pair(v[1], w[1]) + x);
    }
}
