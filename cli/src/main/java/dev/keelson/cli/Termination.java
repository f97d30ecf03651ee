package dev.keelson.cli;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Runs something when the process is asked to end by SIGTERM, in place of the JVM's own end, so that it can end well: with 0.
 * The signals of {@code jdk.unsupported} are reached by reflection, as the compiler warns of every mention of them. Where they
 * cannot be had (a JVM with {@code -Xrs}), the JVM ends as usual.
 */
final class Termination implements AutoCloseable {
    private final @Nullable Object before;

    private Termination(@Nullable Object before) {
        this.before = before;
    }

    /** Runs it at each SIGTERM, until closed. */
    static Termination running(Runnable work) {
        try {
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    Termination.class.getClassLoader(), new Class<?>[] {handlers}, (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return method.invoke(work, arguments);
                        }
                        work.run();
                        return null;
                    });
            return new Termination(handled(handler));
        } catch (ReflectiveOperationException e) {
            return new Termination(null);
        }
    }

    /** Has SIGTERM handled; who handled it before. */
    private static Object handled(Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), handler);
    }

    @Override
    public void close() {
        if (before == null) {
            return;
        }
        try {
            handled(before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIGTERM could not be given back to the JVM.", e);
        }
    }
}
