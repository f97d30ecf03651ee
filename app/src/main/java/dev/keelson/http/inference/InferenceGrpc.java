package dev.keelson.http.inference;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.PredictMeter;
import io.grpc.Metadata;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code inference.GRPCInferenceService}. A call whose deadline has passed is not answered with a prediction, and not predicted
 * where it has passed before that. Safe for use by several threads.
 */
public final class InferenceGrpc {
    private static final String SERVICE = "inference.GRPCInferenceService";
    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final System.Logger LOG = System.getLogger(InferenceGrpc.class.getName());

    private final Backend backend;
    private final Inference inference;
    private final int maxBytes;

    /** @param maxBytes how large a message may be, when it is unpacked */
    public InferenceGrpc(Backend backend, PredictMeter meter, int maxBytes) {
        this.backend = backend;
        this.inference = new Inference(backend, meter);
        this.maxBytes = maxBytes;
    }

    /** Answers the bytes of a message. */
    @FunctionalInterface
    private interface Method {
        /** @throws IOException if the bytes are no message of the kind */
        byte[] answer(byte[] message, Deadline deadline) throws IOException;
    }

    /**
     * Until when an answer is of use.
     *
     * @param nanos as {@link System#nanoTime}; null for no end
     */
    private record Deadline(@Nullable Long nanos) {
        boolean passed() {
            return nanos != null && System.nanoTime() - nanos >= 0;
        }

        void check() {
            if (passed()) {
                throw Status.DEADLINE_EXCEEDED
                        .withDescription("The deadline of the call has passed.")
                        .asRuntimeException();
            }
        }

        /** That of a call, from its header: a number of up to 8 digits and a unit. */
        static Deadline of(Metadata headers) {
            String text = headers.get(TIMEOUT);
            if (text == null || !text.matches("\\d{1,8}[HMSmun]")) {
                return new Deadline(null);
            }
            long amount = Long.parseLong(text.substring(0, text.length() - 1));
            TimeUnit unit =
                    switch (text.charAt(text.length() - 1)) {
                        case 'H' -> TimeUnit.HOURS;
                        case 'M' -> TimeUnit.MINUTES;
                        case 'S' -> TimeUnit.SECONDS;
                        case 'm' -> TimeUnit.MILLISECONDS;
                        case 'u' -> TimeUnit.MICROSECONDS;
                        default -> TimeUnit.NANOSECONDS;
                    };
            return new Deadline(System.nanoTime() + Math.min(unit.toNanos(amount), TimeUnit.DAYS.toNanos(365)));
        }
    }

    /** The service. */
    public ServerServiceDefinition service() {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(SERVICE);
        add(service, "ServerLive", (message, deadline) -> InferenceMessages.flag(true));
        add(service, "ServerReady", (message, deadline) -> InferenceMessages.flag(backend.notReadyReason() == null));
        add(service, "ServerMetadata", (message, deadline) -> InferenceMessages.server());
        add(service, "ModelReady", (message, deadline) -> {
            InferenceMessages.Named named = InferenceMessages.named(message);
            return InferenceMessages.flag(
                    backend.signature(named.name(), named.version()).notReady() == null);
        });
        add(service, "ModelMetadata", (message, deadline) -> {
            InferenceMessages.Named named = InferenceMessages.named(message);
            var signature = backend.signature(named.name(), named.version());
            return InferenceMessages.model(signature, inference.versions(signature));
        });
        add(service, "ModelInfer", (message, deadline) -> {
            InferenceMessages.Asked asked = InferenceMessages.request(message);
            deadline.check();
            return InferenceMessages.response(inference.infer(asked.request()), asked.raw());
        });
        return service.build();
    }

    private void add(ServerServiceDefinition.Builder service, String name, Method method) {
        ServerCallHandler<GrpcMessage, byte[]> handler = (call, headers) -> {
            Deadline deadline = Deadline.of(headers);
            ServerCallHandler<GrpcMessage, byte[]> unary =
                    ServerCalls.asyncUnaryCall((message, observer) -> answer(message, observer, method, deadline));
            return unary.startCall(call, headers);
        };
        service.addMethod(GrpcMessage.method(SERVICE, name, maxBytes), handler);
    }

    private void answer(GrpcMessage message, StreamObserver<byte[]> observer, Method method, Deadline deadline) {
        if (!message.whole()) {
            fail(
                    observer,
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "The message is larger than %d bytes; maybe send fewer rows at once.".formatted(maxBytes)));
            return;
        }
        byte[] answered;
        try {
            deadline.check();
            answered = method.answer(message.bytes(), deadline);
            deadline.check();
        } catch (KeelsonException e) {
            fail(observer, status(e.code()).withDescription(e.getMessage()));
            return;
        } catch (IOException e) {
            fail(observer, Status.INVALID_ARGUMENT.withDescription("The message is none of the method: " + e.getMessage()));
            return;
        } catch (io.grpc.StatusRuntimeException e) {
            fail(observer, e.getStatus());
            return;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A call of gRPC failed.", e);
            fail(
                    observer,
                    Status.INTERNAL.withDescription("Something went wrong inside Keelson (%s); the server's log says more."
                            .formatted(e.getClass().getSimpleName())));
            return;
        }
        if (!isCancelled(observer)) {
            observer.onNext(answered);
            observer.onCompleted();
        }
    }

    private static void fail(StreamObserver<byte[]> observer, Status status) {
        if (!isCancelled(observer)) {
            observer.onError(status.asRuntimeException());
        }
    }

    private static boolean isCancelled(StreamObserver<byte[]> observer) {
        return observer instanceof ServerCallStreamObserver<byte[]> call && call.isCancelled();
    }

    private static Status status(ErrorCode code) {
        return switch (code.kind()) {
            case USER ->
                switch (code) {
                    case NOT_FOUND, MODEL_NOT_FOUND, VERSION_NOT_FOUND -> Status.NOT_FOUND;
                    case TRANSITION_REFUSED, CONFLICT, PROJECT_IN_USE -> Status.FAILED_PRECONDITION;
                    case TOO_LARGE -> Status.RESOURCE_EXHAUSTED;
                    case FORBIDDEN -> Status.PERMISSION_DENIED;
                    default -> Status.INVALID_ARGUMENT; // the caller can do something about it
                };
            case EXTERNAL -> Status.UNAVAILABLE;
            case INTERNAL -> Status.INTERNAL;
        };
    }
}
