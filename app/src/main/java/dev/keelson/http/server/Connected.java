package dev.keelson.http.server;

import dev.keelson.error.Problem;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One open connection, and until when its peer must have done what is waited for: sent a head or a body, or taken an answer. One
 * thread waits at a time; another looks, and hangs up. Safe for use by those.
 */
final class Connected implements PeerInfo {
    private static final System.Logger LOG = System.getLogger(Connected.class.getName());
    private static final long NEVER = Long.MAX_VALUE;
    private static final long LINGERS = 2_000_000_000L;

    private final SocketChannel channel;
    private final InetSocketAddress address;
    private volatile long until;
    private volatile boolean heard;
    private volatile boolean busy;
    private volatile boolean lingering;
    private Runnable end = () -> {};
    private boolean ended;

    /** One that was just accepted, of which a request is waited for. */
    Connected(SocketChannel channel, InetSocketAddress address, long until) {
        this.channel = channel;
        this.address = address;
        this.until = until;
    }

    /** The host it comes from. */
    InetAddress from() {
        return address.getAddress();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Something must be done by a time; as {@link System#nanoTime}. */
    void expects(long by) {
        until = by;
    }

    /** The peer did what was waited for, or it is not waited for. */
    void done() {
        until = NEVER;
    }

    /** A head began to arrive. */
    void head(long by) {
        heard = true;
        until = by;
    }

    /** A head is there: a request is worked on until {@link #answered}. */
    void asked() {
        heard = true;
        busy = true;
        until = NEVER;
    }

    void answered() {
        busy = false;
    }

    /** Whether a request came that is not answered yet. */
    boolean isBusy() {
        return busy;
    }

    /** Whether anything of a request came. */
    boolean wasHeard() {
        return heard;
    }

    /** Whether the head of a request began to arrive, and is not whole yet. */
    boolean sendsHead() {
        return heard && !busy && until != NEVER;
    }

    /** What ends it after the answer that is being sent; before anything is asked. */
    void endsBy(Runnable work) {
        end = work;
    }

    /**
     * The answer that begins to be sent, by the thread that calls, is the last one. What ends the connection interrupts that thread
     * where no request was read as a whole, such as one with a malformed head; its answer must be sent all the same.
     */
    void isLast() {
        boolean before = Thread.currentThread().isInterrupted();
        end.run();
        if (!before && Thread.interrupted()) {
            LOG.log(System.Logger.Level.TRACE, "The connection of {0} ends after this answer.", address);
        }
    }

    boolean isLingering() {
        return lingering;
    }

    /**
     * After the last answer: takes what the peer still sends, for a while, as it would not read the answer if the connection were
     * closed in front of it.
     */
    void linger() {
        lingering = true;
        until = System.nanoTime() + LINGERS;
        ByteBuffer forgotten = ByteBuffer.allocate(1 << 14);
        try {
            channel.shutdownOutput();
            while (channel.read(forgotten) >= 0) {
                forgotten.clear();
            }
        } catch (IOException e) {
            return; // the peer hung up, or was hung up on
        } finally {
            until = NEVER;
        }
    }

    /** Whether what was waited for did not come in time. */
    boolean isLate(long now) {
        long by = until;
        return by != NEVER && now - by > 0;
    }

    /** Hangs up, with an answer where one can be told; the second time without. */
    void hangUp(@Nullable HttpFailure why) {
        boolean again;
        synchronized (this) {
            again = ended;
            ended = true;
        }
        if (again || why == null) {
            close();
        } else {
            Thread.startVirtualThread(() -> tell(why)); // a peer that takes nothing must not hold up who looks
        }
    }

    private void tell(HttpFailure why) {
        try {
            channel.write(ByteBuffer.wrap(answer(why)));
            channel.shutdownOutput();
        } catch (IOException e) {
            return; // the peer hung up first
        } finally {
            close();
        }
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("A connection could not be closed.", e);
        }
    }

    /** A whole answer, after which the connection ends. */
    static byte[] answer(HttpFailure why) {
        List<Problem> problems = List.of(why.problem());
        byte[] body = Failures.body(why.status(), problems);
        byte[] head = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n"
                .formatted(
                        why.status(),
                        Status.create(why.status()).reasonPhrase(),
                        Failures.PROBLEM_JSON,
                        body.length,
                        why.status() == 429 ? "Retry-After: 1\r\n" : "")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
    }

    /** How long an answer of some bytes may take to be taken: 64 KiB a second beside the usual time. */
    static long taking(Duration usual, long bytes) {
        return usual.toNanos() + bytes * 1_000_000_000L / (64 << 10);
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public String host() {
        return address.getHostString();
    }

    @Override
    public int port() {
        return address.getPort();
    }

    @Override
    public Optional<Principal> tlsPrincipal() {
        return Optional.empty();
    }

    @Override
    public Optional<Certificate[]> tlsCertificates() {
        return Optional.empty();
    }
}
