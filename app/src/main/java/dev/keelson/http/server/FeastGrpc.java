package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing.Answer;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code feast.serving.ServingService} over gRPC, as Feast's own clients ask it. */
final class FeastGrpc {
    private static final String SERVICE = "feast.serving.ServingService";
    private static final String VERSION = "keelson";

    private final Backend backend;

    FeastGrpc(Backend backend) {
        this.backend = backend;
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(method("GetFeastServingInfo"), ServerCalls.asyncUnaryCall(this::info))
                .addMethod(method("GetOnlineFeatures"), ServerCalls.asyncUnaryCall(this::features))
                .build();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private void info(byte[] request, StreamObserver<byte[]> observer) {
        observer.onNext(FeastMessages.info(VERSION));
        observer.onCompleted();
    }

    private void features(byte[] bytes, StreamObserver<byte[]> observer) {
        byte[] answered;
        try {
            FeastMessages.Request request = FeastMessages.request(bytes);
            Answer answer =
                    FeastEndpoints.answer(backend, request.service(), request.features(), request.entities());
            answered = FeastMessages.response(answer, FeastEndpoints.names(answer, request.fullFeatureNames()));
        } catch (KeelsonException e) {
            observer.onError(status(e.code()).withDescription(e.getMessage()).asRuntimeException());
            return;
        } catch (IOException e) {
            observer.onError(Status.INVALID_ARGUMENT
                    .withDescription("The message is no GetOnlineFeaturesRequest: " + e.getMessage())
                    .asRuntimeException());
            return;
        }
        observer.onNext(answered);
        observer.onCompleted();
    }

    private static Status status(ErrorCode code) {
        return switch (code.kind()) {
            case USER ->
                code == ErrorCode.NOT_FOUND || code == ErrorCode.MODEL_NOT_FOUND
                        ? Status.NOT_FOUND
                        : Status.INVALID_ARGUMENT;
            case EXTERNAL -> Status.UNAVAILABLE;
            case INTERNAL -> Status.INTERNAL;
        };
    }

    /** Messages as they stand on the wire. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("The message could not be read.", e);
            }
        }
    }
}
