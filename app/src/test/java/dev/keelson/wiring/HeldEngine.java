package dev.keelson.wiring;

import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An engine that a test can hold while it predicts, and that counts what is open. It stands in for ONNX. */
public final class HeldEngine implements FileEngine {
    static final AtomicInteger OPEN = new AtomicInteger();
    static volatile CountDownLatch begun = new CountDownLatch(1);
    static volatile CountDownLatch held = new CountDownLatch(0);

    /** Found as a service. */
    public HeldEngine() {}

    /** Lets this thread, and those that it starts, find the engine. */
    static ClassLoader found(Path folder) throws IOException {
        Path services = Files.writeString(folder.resolve("engines"), HeldEngine.class.getName());
        URL url = services.toUri().toURL();
        return new ClassLoader(HeldEngine.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + FileEngine.class.getName())
                        ? Collections.enumeration(List.of(URI.create(url.toString()).toURL()))
                        : super.getResources(name);
            }
        };
    }

    @Override
    public FileFormat format() {
        return FileFormat.ONNX;
    }

    @Override
    public FileEvaluator open(byte[] file, @Nullable String output) {
        OPEN.incrementAndGet();
        return new Held();
    }

    private static final class Held implements FileEvaluator {
        @Override
        public int width() {
            return 2;
        }

        @Override
        public List<String> inputs() {
            return List.of("close", "volume");
        }

        @Override
        public List<String> labels() {
            return List.of("false", "true");
        }

        @Override
        public String description() {
            return "waits";
        }

        @Override
        public double[] evaluate(double[] row) {
            CountDownLatch until = held;
            begun.countDown();
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new double[] {0.25, 0.75};
        }

        @Override
        public void close() {
            OPEN.decrementAndGet();
        }
    }
}
