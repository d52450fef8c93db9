package counterflow.client;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** gRPC for Java raises every ping interval to ten seconds; a test of many pings has no time for that. */
final class Pings {
  private Pings() {}

  @SuppressWarnings("deprecation") // there is no other way to a constant of a library
  static void permitEveryInterval() {
    try {
      Field access = Unsafe.class.getDeclaredField("theUnsafe");
      access.setAccessible(true);
      Unsafe unsafe = (Unsafe) access.get(null);
      Field least = Class.forName("io.grpc.internal.KeepAliveManager").getDeclaredField("MIN_KEEPALIVE_TIME_NANOS");
      unsafe.ensureClassInitialized(least.getDeclaringClass());
      unsafe.putLong(unsafe.staticFieldBase(least), unsafe.staticFieldOffset(least), 1L);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
  }
}
