package dev.keelson.http.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.grpc.GrpcConnectionContext;
import io.helidon.webserver.grpc.ServerContextKeys;
import org.jspecify.annotations.Nullable;

/** Holds calls by gRPC to what {@link RequestGuard} holds requests to. */
final class GrpcGuard implements ServerInterceptor {
    private static final Metadata.Key<String> HOST = key("host");
    private static final Metadata.Key<String> ORIGIN = key("origin");
    private static final Metadata.Key<String> SITE = key("sec-fetch-site");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    private final RequestGuard guard;
    private final Admission admission;
    private final Connections connections;

    GrpcGuard(RequestGuard guard, Admission admission, Connections connections) {
        this.guard = guard;
        this.admission = admission;
        this.connections = connections;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String given = headers.get(HOST);
        String host = given == null ? call.getAuthority() : given;
        String foreign = host == null || guard.isOurs(host) ? null : RequestGuard.foreign(host);
        GrpcConnectionContext context = ServerContextKeys.CONNECTION_CONTEXT.get();
        PeerInfo peer = context == null ? null : context.remotePeer();
        Connected connection = peer == null ? null : connections.of(peer);
        if (connection != null) {
            connection.asked();
        }
        String refusal = foreign != null
                ? foreign
                : RequestGuard.crossing(host == null ? "" : host, headers.get(ORIGIN), headers.get(SITE));
        Status status = refusal != null
                ? Status.PERMISSION_DENIED.withDescription(refusal)
                : admitted(
                        headers,
                        "/" + call.getMethodDescriptor().getFullMethodName(),
                        peer == null ? "" : peer.host());
        if (status == null) {
            return next.startCall(call, headers);
        }
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private @Nullable Status admitted(Metadata headers, String path, String address) {
        HttpFailure refused = guard.refusal(headers.get(AUTHORIZATION), path, address);
        if (refused == null && Access.isPrediction(path)) {
            refused = admission.overload(-1);
        }
        if (refused == null) {
            return null;
        }
        Status status =
                switch (refused.status()) {
                    case 401 -> Status.UNAUTHENTICATED;
                    case 429 -> Status.RESOURCE_EXHAUSTED;
                    case 503 -> Status.UNAVAILABLE;
                    default -> Status.PERMISSION_DENIED;
                };
        return status.withDescription(refused.problem().message());
    }
}
