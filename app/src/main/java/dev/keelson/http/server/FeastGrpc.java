package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing.Answer;
import io.grpc.MethodDescriptor.MethodType;
import dev.keelson.http.inference.GrpcMessage;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/** {@code feast.serving.ServingService} over gRPC, as Feast's own clients ask it. */
final class FeastGrpc {
    private static final String SERVICE = "feast.serving.ServingService";
    private static final String VERSION = "keelson";


    private final Backend backend;
    private final int maxBytes;

    /** @param maxBytes how large a message may be, when it is unpacked */
    FeastGrpc(Backend backend, int maxBytes) {
        this.backend = backend;
        this.maxBytes = maxBytes;
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(method("GetFeastServingInfo"), ServerCalls.asyncUnaryCall(this::info))
                .addMethod(method("GetOnlineFeatures"), ServerCalls.asyncUnaryCall(this::features))
                .build();
    }

    private MethodDescriptor<GrpcMessage, byte[]> method(String name) {
        return GrpcMessage.method(SERVICE, name, maxBytes);
    }

    private void info(GrpcMessage message, StreamObserver<byte[]> observer) {
        observer.onNext(FeastMessages.info(VERSION));
        observer.onCompleted();
    }

    private void features(GrpcMessage message, StreamObserver<byte[]> observer) {
        if (!message.whole()) {
            observer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("The message is larger than %d bytes; maybe ask for fewer entities at once.".formatted(maxBytes))
                    .asRuntimeException());
            return;
        }
        byte[] answered;
        try {
            FeastMessages.Request request = FeastMessages.request(message.bytes());
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
}
