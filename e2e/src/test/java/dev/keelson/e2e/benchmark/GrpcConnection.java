package dev.keelson.e2e.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A connection of a {@link LoadGenerator} that speaks as much of gRPC over HTTP/2 (RFC 9113) as one call after the other needs,
 * with headers that use no table. A call is answered (200) when a message came before its end, else refused (500).
 */
final class GrpcConnection extends LoadGenerator.Connection {
    /** That of a message: not compressed, and its length. */
    private static final int PREFIX = 5;

    private static final int FRAME_HEAD = 9;
    private static final int MOST_OF_A_FRAME = 16_384;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GO_AWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACKNOWLEDGED = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int FIRST_WINDOW = 65_535;

    private int stream = -1;
    private boolean answered;

    GrpcConnection(SocketChannel channel, Selector selector) throws IOException {
        super(channel, selector);
        ByteBuffer hello = ByteBuffer.allocate(256);
        hello.put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        head(hello, 6, SETTINGS, 0, 0);
        hello.putShort((short) INITIAL_WINDOW_SIZE).putInt(Integer.MAX_VALUE);
        head(hello, 4, WINDOW_UPDATE, 0, 0);
        hello.putInt(Integer.MAX_VALUE - FIRST_WINDOW);
        channel.write(hello.flip());
    }

    private static ByteBuffer head(ByteBuffer out, int length, int type, int flags, int stream) {
        out.put((byte) (length >> 16)).putShort((short) length).put((byte) type).put((byte) flags);
        return out.putInt(stream);
    }

    /**
     * The frames of a call; their stream is left open.
     *
     * @param path {@code /service/method}
     */
    static byte[] call(int port, String path, byte[] message) {
        byte[] headers = headers(port, path);
        ByteBuffer body = ByteBuffer.allocate(PREFIX + message.length);
        body.put((byte) 0).putInt(message.length).put(message).flip();
        int frames = (body.limit() + MOST_OF_A_FRAME - 1) / MOST_OF_A_FRAME;
        ByteBuffer out = ByteBuffer.allocate((1 + frames) * FRAME_HEAD + headers.length + body.limit());
        head(out, headers.length, HEADERS, END_HEADERS, 0).put(headers);
        while (body.hasRemaining()) {
            int length = Math.min(MOST_OF_A_FRAME, body.remaining());
            head(out, length, DATA, length == body.remaining() ? END_STREAM : 0, 0).put(body.slice(body.position(), length));
            body.position(body.position() + length);
        }
        return out.array();
    }

    /** HPACK (RFC 7541) without its tables of names that came before, and without Huffman's code. */
    private static byte[] headers(int port, String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x83); // :method POST
        out.write(0x86); // :scheme http
        out.write(0x04); // :path
        text(out, path);
        out.write(0x01); // :authority
        text(out, "127.0.0.1:" + port);
        out.write(0x0f); // content-type, number 31
        out.write(31 - 15);
        text(out, "application/grpc");
        out.write(0x00);
        text(out, "te");
        text(out, "trailers");
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    @Override
    void send(byte[] request, long from) throws IOException {
        stream += 2;
        answered = false;
        byte[] call = request.clone();
        ByteBuffer frames = ByteBuffer.wrap(call);
        for (int at = 0; at < call.length; at += FRAME_HEAD + length(frames, at)) {
            frames.putInt(at + FRAME_HEAD - 4, stream);
        }
        super.send(call, from);
    }

    private static int length(ByteBuffer frames, int at) {
        return frames.getInt(at) >>> 8;
    }

    @Override
    boolean complete() throws IOException {
        ByteBuffer in = incoming().duplicate().flip();
        boolean ended = false;
        while (in.remaining() >= FRAME_HEAD && in.remaining() >= FRAME_HEAD + length(in, in.position())) {
            int start = in.position();
            int length = length(in, start);
            int type = in.get(start + 3);
            int flags = in.get(start + 4);
            ended |= frame(type, flags, length, in.slice(start + FRAME_HEAD, length));
            in.position(start + FRAME_HEAD + length);
        }
        incoming().clear().put(in);
        if (ended) {
            status(answered ? 200 : 500);
        }
        return ended;
    }

    /** Whether it ended the call. */
    private boolean frame(int type, int flags, int length, ByteBuffer content) throws IOException {
        switch (type) {
            case DATA -> answered |= length > 0;
            case SETTINGS, PING -> {
                if ((flags & ACKNOWLEDGED) == 0) {
                    ByteBuffer answer = ByteBuffer.allocate(FRAME_HEAD + length);
                    head(answer, type == PING ? length : 0, type, ACKNOWLEDGED, 0);
                    if (type == PING) {
                        answer.put(content);
                    }
                    reply(answer.flip());
                }
            }
            case RESET, GO_AWAY -> throw new IOException("The server ended the call with %d.".formatted(content.getInt(type == RESET ? 0 : 4)));
            default -> {} // windows are wide enough
        }
        return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
}
