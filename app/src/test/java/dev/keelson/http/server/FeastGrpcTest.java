package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.project.ServeDefinition.Token;
import dev.keelson.project.ServeDefinition;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may call over gRPC. */
final class FeastGrpcTest {

    /** A call that only remembers how it was closed. */
    private static final class Call extends ServerCall<byte[], byte[]> {
        private final @Nullable String authority;
        private @Nullable Status closed;

        Call(@Nullable String authority) {
            this.authority = authority;
        }

        @Override
        public @Nullable String getAuthority() {
            return authority;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(byte[] message) {}

        @Override
        public void close(Status status, Metadata trailers) {
            closed = status;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            Marshaller<byte[]> none = new Marshaller<>() {
                @Override
                public InputStream stream(byte[] value) {
                    return new ByteArrayInputStream(value);
                }

                @Override
                public byte[] parse(InputStream stream) {
                    return new byte[0];
                }
            };
            return MethodDescriptor.<byte[], byte[]>newBuilder(none, none)
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("feast.serving.ServingService/GetOnlineFeatures")
                    .build();
        }
    }

    /** How a call with some headers ends; OK when it is let through. */
    private static Status.Code ended(@Nullable String authority, String... headers) {
        return answered(ServeDefinition.DEFAULT, authority, headers);
    }

    private static GrpcGuard guard(ServeDefinition serve) {
        Connections connections = new Connections(serve.limits(), System::nanoTime);
        Admission admission = new Admission(serve.limits(), connections, () -> false);
        return new GrpcGuard(
                new RequestGuard(serve, new Access(serve, null, InstantSource.system()), admission, false),
                admission,
                connections);
    }

    private static Status.Code answered(ServeDefinition serve, @Nullable String authority, String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        Call call = new Call(authority);
        guard(serve).interceptCall(call, metadata, (started, given) -> {
            started.close(Status.OK, new Metadata());
            return new ServerCall.Listener<>() {};
        });
        Status closed = call.closed;
        return closed == null ? Status.Code.UNKNOWN : closed.getCode();
    }

    @Test
    void foreignHostsAndPagesOfOthersAreRefusedAsOverHttp() {
        assertThat(ended(null)).isEqualTo(Status.Code.OK);
        assertThat(ended("localhost:8710")).isEqualTo(Status.Code.OK);
        assertThat(ended("evil.example:8710")).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(ended(null, "host", "evil.example")).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(ended("127.0.0.1:8710", "origin", "http://evil.example")).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(ended("127.0.0.1:8710", "origin", "http://127.0.0.1:8710")).isEqualTo(Status.Code.OK);
        assertThat(ended("127.0.0.1:8710", "sec-fetch-site", "cross-site")).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void aCallShowsATokenWhereOneIsAskedFor() {
        ServeDefinition serve = new ServeDefinition(
                null,
                Map.of(
                        "board", new Token("board-board-board-board", Role.READ),
                        "bot", new Token("bot-bot-bot-bot-bot-bot", Role.PREDICT)),
                List.of(),
                List.of(),
                Limits.DEFAULT);

        assertThat(answered(serve, null)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(answered(serve, null, "authorization", "Bearer board-board-board-board"))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(answered(serve, null, "authorization", "Bearer bot-bot-bot-bot-bot-bot")).isEqualTo(Status.Code.OK);
    }

    @Test
    void aClientThatSendsTooMuchIsRefusedAsOverHttp() {
        GrpcGuard guard = guard(new ServeDefinition(
                null, Map.of(), List.of(), List.of(), Limits.DEFAULT.with(1, Limits.DEFAULT.receive())));
        Call first = new Call(null);
        Call second = new Call(null);
        for (Call call : List.of(first, second)) {
            guard.interceptCall(call, new Metadata(), (started, given) -> {
                started.close(Status.OK, new Metadata());
                return new ServerCall.Listener<>() {};
            });
        }

        assertThat(first.closed).isEqualTo(Status.OK);
        assertThat(second.closed).extracting(Status::getCode).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
}
