package dev.keelson.e2e.benchmark;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Requests that no honest client sends, made from a good one. The same seed gives the same requests. */
final class MalformedRequests {
    private static final List<String> VALUES = List.of(
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "-1e-999",
            "99999999999999999999999999999999999999999",
            "0x10",
            "01",
            "'single'",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "{}",
            "[]",
            "[[[[]]]]",
            "{\"$ne\":1}",
            "\"' or 1=1 --\"",
            "\"../../etc/passwd\"",
            "null",
            "true",
            "\"\"",
            "-0.0",
            "1e-400",
            "\"1970-13-45\"");
    private static final List<String> PATHS = List.of(
            "/api/v1/models/%s/predict?as_of=yesterday",
            "/api/v1/models/%s/predict?version=../1",
            "/api/v1/models/%%ff/predict",
            "/api/v1/models/%s/predict/..",
            "/api/v1/models/%s/promote",
            "/api/v1/predictions?limit=99999999999999999999",
            "/api/v1/predictions/%s",
            "/api/v1/features/get",
            "/get-online-features",
            "/v2/models/%s/versions/9/infer",
            "/v2/repository/index",
            "/models/%s/invocations",
            "/api/v1/events",
            "/api/v1/models/%s/predictions",
            "/api/v1/predictions/reconcile?x=1",
            "/api/v1/opportunities/none/settle",
            "/api/2.0/mlflow/runs/search",
            "/api/2.0/mlflow/runs/log-batch",
            "/runs?page=-1",
            "/runs/%s",
            "/static/../../keelson.yaml",
            "//evil.example/",
            "/%%00",
            "/%%zz");

    private static final List<String> TYPES = List.of(
            "application/xml",
            "image/png",
            "text/csv",
            "application/x-ndjson",
            "application/vnd.apache.parquet",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "json",
            "*/*;q=x");

    /** What is wrong with a request. */
    enum Kind {
        /** Bytes of the body changed, left out or doubled. */
        MUTATED,
        /** A value of another type, or no value at all. */
        VALUE,
        /** Far too deep. */
        NESTED,
        /** Another address. */
        ADDRESS,
        /** Two lengths, a length and chunks, bad chunks, odd headers: what servers and proxies read differently. */
        SMUGGLED,
        /** A type that the body is not of, or an answer that is not given. */
        TYPE,
        /** The first bytes of HTTP/2, and then what is no frame of a call. */
        GRPC,
        /** A length of which nothing or too much comes. */
        OVERSIZE,
        /** Part of a request and then nothing. */
        HALF
    }

    /**
     * A request.
     *
     * @param kind what is wrong with it
     * @param bytes all of it
     * @param whole whether it is one whole request by its head, so that one answer comes and the connection can go on
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over
    record Request(Kind kind, byte[] bytes, boolean whole) {}

    /**
     * A request as it should be.
     *
     * @param body JSON
     */
    record Good(String path, String body) {}

    private final SplittableRandom random;
    private final String model;
    private final List<Good> goods;

    MalformedRequests(String model, List<Good> goods, long seed) {
        this.model = model;
        this.goods = List.copyOf(goods);
        this.random = new SplittableRandom(seed);
    }

    Request next() {
        int dice = random.nextInt(100);
        Good good = goods.get(random.nextInt(goods.size()));
        byte[] body = good.body().getBytes(StandardCharsets.UTF_8);
        if (dice < 35) {
            return whole(Kind.MUTATED, good.path(), mutated(body));
        }
        if (dice < 65) {
            return whole(Kind.VALUE, good.path(), otherValue(good.body()));
        }
        if (dice < 70) {
            return whole(Kind.NESTED, good.path(), nested());
        }
        if (dice < 80) {
            return whole(Kind.ADDRESS, PATHS.get(random.nextInt(PATHS.size())).formatted(model), body);
        }
        if (dice < 84) {
            return type(good.path(), body);
        }
        if (dice < 92) {
            return smuggled(good.path(), body);
        }
        if (dice < 94) {
            return grpc();
        }
        return dice < 96 ? oversize(good.path(), body) : half(good.path(), body);
    }

    private byte[] mutated(byte[] good) {
        byte[] body = good.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(3)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body = joined(body, 0, at, body, Math.min(body.length, at + 1 + random.nextInt(8)), body.length);
                default -> body = joined(body, 0, at, body, Math.max(0, at - random.nextInt(16)), body.length);
            }
            if (body.length == 0) {
                return new byte[] {'{'};
            }
        }
        return body;
    }

    private Request type(String path, byte[] body) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        String accepted = random.nextBoolean() ? "*/*" : TYPES.get(random.nextInt(TYPES.size()));
        String text = "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nAccept: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(path, type, accepted, body.length);
        byte[] head = text.getBytes(StandardCharsets.US_ASCII);
        return new Request(Kind.TYPE, joined(head, 0, head.length, body, 0, body.length), true);
    }

    /** A frame of any type, flags and stream, that may promise more than it brings. */
    private Request grpc() {
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(preface);
        bytes.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        for (int i = random.nextInt(4); i >= 0; i--) {
            byte[] payload = new byte[random.nextInt(64)];
            random.nextBytes(payload);
            int length = random.nextInt(4) == 0 ? random.nextInt(1 << 24) : payload.length;
            bytes.writeBytes(new byte[] {
                (byte) (length >> 16), (byte) (length >> 8), (byte) length,
                (byte) random.nextInt(11), (byte) random.nextInt(256),
                0, 0, 0, (byte) random.nextInt(4)
            });
            bytes.writeBytes(payload);
        }
        return new Request(Kind.GRPC, bytes.toByteArray(), false);
    }

    private static byte[] joined(byte[] a, int from, int to, byte[] b, int start, int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(a, from, to - from);
        out.write(b, start, end - start);
        return out.toByteArray();
    }

    /** One value of the row replaced. */
    private byte[] otherValue(String body) {
        String value = VALUES.get(random.nextInt(VALUES.size()));
        String[] parts = body.split(",");
        int at = random.nextInt(parts.length);
        int colon = parts[at].indexOf(':');
        boolean last = parts[at].endsWith("}");
        parts[at] = (colon < 0 ? parts[at] : parts[at].substring(0, colon + 1)) + value + (last ? "}" : "");
        return String.join(",", parts).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] nested() {
        int depth = 100 + random.nextInt(5_000);
        String opened = random.nextBoolean() ? "[" : "{\"a\":";
        return (random.nextBoolean() ? "{\"rows\":" : "").concat(opened.repeat(depth)).getBytes(StandardCharsets.US_ASCII);
    }

    private Request whole(Kind kind, String path, byte[] body) {
        return new Request(kind, request("POST", path, "Content-Length: " + body.length, body), true);
    }

    private Request smuggled(String path, byte[] good) {
        String hidden = "GET /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        byte[] chunks = ("0\r\n\r\n" + hidden).getBytes(StandardCharsets.US_ASCII);
        String head =
                switch (random.nextInt(10)) {
                    case 0 -> "Content-Length: %d\r\nTransfer-Encoding: chunked".formatted(chunks.length);
                    case 1 -> "Content-Length: 5\r\nContent-Length: %d".formatted(good.length);
                    case 2 -> "Transfer-Encoding: chunked, identity";
                    case 3 -> "Transfer-Encoding : chunked";
                    case 4 -> "Content-Length: +%d".formatted(good.length);
                    case 5 -> "Content-Length: -1";
                    case 6 -> "X-Odd: a\r\n b\r\nContent-Length: %d".formatted(good.length);
                    case 7 -> "X-Odd: a\u0000b\r\nContent-Length: %d".formatted(good.length);
                    case 8 -> "X-Long: %s\r\nContent-Length: %d".formatted("a".repeat(100_000), good.length);
                    default -> "Transfer-Encoding: chunked";
                };
        byte[] body = head.startsWith("Transfer") ? "ZZ\r\nnothing\r\n".getBytes(StandardCharsets.US_ASCII) : chunks;
        return new Request(Kind.SMUGGLED, request("POST", path, head, body), false);
    }

    private Request oversize(String path, byte[] body) {
        String length = Long.toString(9_000_000L << random.nextInt(30));
        return new Request(Kind.OVERSIZE, request("POST", path, "Content-Length: " + length, body), false);
    }

    private Request half(String path, byte[] body) {
        byte[] all = whole(Kind.HALF, path, body).bytes();
        int kept = 1 + random.nextInt(all.length - 1);
        return new Request(Kind.HALF, java.util.Arrays.copyOf(all, kept), false);
    }

    private static byte[] request(String method, String path, String head, byte[] body) {
        byte[] start = String.format(
                        Locale.ROOT,
                        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%s\r\n\r\n",
                        method,
                        path,
                        head)
                .getBytes(StandardCharsets.ISO_8859_1);
        return joined(start, 0, start.length, body, 0, body.length);
    }
}
