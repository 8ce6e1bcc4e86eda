<?php
/* What a webmaster does, by WordPress' own functions: install | password USER ROLE | revoke USER | role USER ROLE | permalinks STRUCTURE. */
$does = $argv[1];
if ($does === 'install') {
    $db = new mysqli('localhost', 'root', '', '', 0, getenv('TEST_WORDPRESS_SOCKET'));
    $db->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
    define('WP_INSTALLING', true);
}
$_SERVER['HTTP_HOST'] = parse_url(getenv('TEST_WORDPRESS_URL'), PHP_URL_HOST);
require getenv('TEST_WORDPRESS_TREE') . '/wp-load.php';

if ($does === 'install') {
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install('Situs Uji', 'webmaster', 'webmaster@contoh.test', true, '', wp_generate_password());
    switch_theme('twentytwentythree');
    update_option('permalink_structure', '/%postname%/');
    update_option('timezone_string', 'Asia/Jakarta');
    exit(0);
}
if ($does === 'permalinks') {
    update_option('permalink_structure', $argv[2]);
    flush_rewrite_rules();
    exit(0);
}
$user = get_user_by('login', $argv[2]);
if ($does === 'password') {
    if (!$user) {
        $made = wp_insert_user(array('user_login' => $argv[2], 'user_pass' => wp_generate_password(), 'role' => $argv[3]));
        if ($does === 'permalinks') {
    update_option('permalink_structure', $argv[2]);
    flush_rewrite_rules();
    exit(0);
}
$user = get_user_by('id', $made);
    }
    list($password) = WP_Application_Passwords::create_new_application_password($user->ID, array('name' => uniqid('uji')));
    echo $password;
} elseif ($does === 'revoke') {
    WP_Application_Passwords::delete_all_application_passwords($user->ID);
} elseif ($does === 'role') {
    $user->set_role($argv[3]);
}
