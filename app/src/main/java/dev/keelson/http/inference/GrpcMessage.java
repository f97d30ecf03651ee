package dev.keelson.http.inference;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A message of a gRPC call that came in, as it stands on the wire.
 *
 * @param bytes handed over
 * @param whole false when it was too large; then it is refused by whoever can still answer
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record GrpcMessage(byte[] bytes, boolean whole) {

    /**
     * A method that takes one message and gives another.
     *
     * @param maxBytes how large a message may be, when it is unpacked
     */
    public static MethodDescriptor<GrpcMessage, byte[]> method(String service, String name, int maxBytes) {
        return MethodDescriptor.<GrpcMessage, byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(new Messages(maxBytes))
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /** Reads messages of bounded size. */
    private record Messages(int most) implements MethodDescriptor.Marshaller<GrpcMessage> {
        @Override
        public InputStream stream(GrpcMessage value) {
            return new ByteArrayInputStream(value.bytes());
        }

        @Override
        public GrpcMessage parse(InputStream stream) {
            try {
                byte[] bytes = stream.readNBytes(most);
                return bytes.length < most || stream.read() < 0
                        ? new GrpcMessage(bytes, true)
                        : new GrpcMessage(new byte[0], false);
            } catch (IOException e) {
                throw new UncheckedIOException("The message could not be read.", e);
            }
        }
    }

    /** Answers as they stand on the wire. */
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
